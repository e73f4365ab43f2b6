/** What tests lean on: a real RabbitMQ, fresh databases, child JVMs to kill and a network to cut. */
package org.orderway.testing;
