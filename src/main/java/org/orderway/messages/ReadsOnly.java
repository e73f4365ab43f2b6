package org.orderway.messages;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method, or every method of a bean, that looks at what it is given and at nothing else: it touches no table, no broker, no
 * metric, and may be called for a message that is not really there. The shadow run of an edited route calls these beans, and no others.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface ReadsOnly {}
