/** Books of the simulated payment gateway and carrier: each charge and shipment is committed before it is answered. */
package org.orderway.simulators;
