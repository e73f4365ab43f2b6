/** Loading the YAML routes, telling a person what is wrong with one, and what routes need that YAML has no word for. */
package org.orderway.routes;
