/** Loading the YAML routes, and telling a person what is wrong with one. */
package org.orderway.routes;
