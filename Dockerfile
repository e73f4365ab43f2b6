# Orderway without its embedded parts (broker, database, mail server in the JVM): for RabbitMQ and PostgreSQL of their own.
#   mvn -q package -DskipTests && docker build -t orderway .
FROM eclipse-temurin:17.0.15_6-jre AS layers
WORKDIR /build
COPY target/orderway-*.jar orderway.jar
RUN java -Djarmode=tools -jar orderway.jar extract --layers --destination layers \
    && cd layers/dependencies/lib \
    && rm -f qpid-* je-* embedded-postgres* greenmail*

FROM eclipse-temurin:17.0.15_6-jre
WORKDIR /orderway
# What changes seldom comes first.
COPY --from=layers /build/layers/dependencies/ ./
COPY --from=layers /build/layers/spring-boot-loader/ ./
COPY --from=layers /build/layers/snapshot-dependencies/ ./
COPY --from=layers /build/layers/application/ ./
COPY application.yml ./
COPY routes-yaml ./routes-yaml
COPY samples ./samples
USER 10001:10001
EXPOSE 8080
ENV SPRING_PROFILES_ACTIVE=rabbitmq
ENTRYPOINT ["java", "-jar", "orderway.jar"]
