package org.orderway.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class ({@code …IT}) that needs a real RabbitMQ.
 *
 * <p>It gets a virtual host of its own, made before and deleted after the class: take it as a parameter of type
 * {@link RealRabbit}, or, for a Spring context, from {@link RealRabbit#current()} in a {@code @DynamicPropertySource}. Such
 * a context must go with the class ({@code @DirtiesContext}), or it lives on without its virtual host.
 *
 * <p>Without {@code ORDERWAY_TEST_RABBITMQ} the class is skipped; with {@code -Dorderway.test.rabbitmq=required}, which
 * {@code ./verify} sets, it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("rabbitmq")
@ExtendWith(RealRabbitExtension.class)
public @interface NeedsRabbitMq {}
