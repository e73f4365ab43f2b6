/** The pages for people: the desk of those who run Orderway, and the start page for those who meet it. Nobody imports it. */
package org.orderway.desk;
