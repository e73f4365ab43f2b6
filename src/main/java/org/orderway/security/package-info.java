/** Who may do what: logins, API keys, and the rules at every door. What no rule opens is closed. */
package org.orderway.security;
