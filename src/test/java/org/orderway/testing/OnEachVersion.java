package org.orderway.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * What another version of RabbitMQ may do otherwise: topology, publishing, consuming, retries, dead letters, lanes, kills.
 * {@code ./verify --full} runs these on a second one, in their everyday form.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("each-version")
public @interface OnEachVersion {}
