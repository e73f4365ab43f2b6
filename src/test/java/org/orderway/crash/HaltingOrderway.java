package org.orderway.crash;

import java.io.IOException;
import org.orderway.OrderwayApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Orderway as it is shipped, with {@link HaltPoints} beside it. */
final class HaltingOrderway {

    private HaltingOrderway() {}

    public static void main(String[] args) {
        new SpringApplicationBuilder(OrderwayApplication.class, HaltPoints.class)
                .initializers(
                        context -> context.getBeanFactory().registerSingleton("noTestClasses", new NoTestClasses()))
                .run(args);
    }

    /** The configurations of other tests are on the class path, too, and none of this application's business. */
    private static final class NoTestClasses extends TypeExcludeFilter {

        @Override
        public boolean match(MetadataReader reader, MetadataReaderFactory factory) throws IOException {
            return reader.getResource().getURL().getPath().contains("/test-classes/");
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof NoTestClasses;
        }

        @Override
        public int hashCode() {
            return NoTestClasses.class.hashCode();
        }
    }
}
