package org.orderway.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The routes a {@link RouteTest} tests, by id. A route that no test names turns {@code EveryRouteIsTestedTest} red, and so
 * does a named one through which none of the class's tests sent anything.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Covers {

    String[] value();
}
