/** The order pipeline as one would write it by hand with Spring AMQP: what Orderway is measured against. */
package org.orderway.bench.spring;
