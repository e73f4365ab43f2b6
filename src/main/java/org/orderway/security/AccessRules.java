package org.orderway.security;

import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.POST;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.Stream;
import org.orderway.security.SecuritySettings.ApiKeyUse;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationManagers;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer.FrameOptionsConfig;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.IpAddressAuthorizationManager;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Who may go through which door. One chain for every request, whichever servlet it would reach (Jolokia has its own), by the
 * path it asks for; what is not opened here is closed.
 */
@Configuration(proxyBeanMethods = false)
class AccessRules {

    /** What shops use. */
    private static final RequestMatcher API =
            any("/orders/**", "/products/**", "/customers/**", "/warehouse/**", "/behaviour", "/announcements");

    /** Where a newcomer places an order: open to whoever may place one. */
    private static final RequestMatcher START = any("/", "/start/**");

    /** Calls whose signature tells who made them. */
    private static final RequestMatcher WEBHOOKS = new OrRequestMatcher(at(POST, "/webhooks/*"));

    /** Nothing in it that anybody may not see. */
    private static final RequestMatcher OPEN = any("/actuator/health/**", "/openapi.yaml", "/assets/**", "/webjars/**");

    private static final RequestMatcher LOGIN = any("/login");

    /** Bodies of messages and mails: customers' data. */
    private static final RequestMatcher PAYLOADS = any("/mails", "/ops/dead-letters/{id:[0-9]+}");

    private static final RequestMatcher PAGES = new OrRequestMatcher(
            Stream.of("/", "/start/**", "/asyncapi.yaml", "/ops/**", "/reports/**", "/desk/**", "/actuator/**")
                    .map(path -> at(GET, path))
                    .toList());

    private static final RequestMatcher ACTIONS = any("/start/**", "/ops/**", "/desk/**", "/notices");

    /** Hawtio asks by POST. What may be done there by whom is decided for each operation: {@link JolokiaRoles}. */
    private static final RequestMatcher CONSOLE = any("/actuator/hawtio/**", "/actuator/jolokia/**");

    /** Hawtio's proxy would reach whatever listens on this machine. */
    private static final RequestMatcher PROXY = any("/actuator/hawtio/proxy/**");

    private static final RequestMatcher HAWTIO = any("/actuator/hawtio/**");

    /** Nothing from elsewhere, nothing inline; our pages need no more. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    static boolean isApi(HttpServletRequest request) {
        return API.matches(request);
    }

    static boolean isWebhook(HttpServletRequest request) {
        return WEBHOOKS.matches(request);
    }

    static boolean isLogin(HttpServletRequest request) {
        return LOGIN.matches(request);
    }

    /** A request is measured as a whole; twenty filters of every request are not. */
    @Bean
    SecurityObservationSettings measureNoFilters() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    SecurityFilterChain guardedDoors(
            HttpSecurity http,
            SecuritySettings settings,
            ApiKeys keys,
            CallerLimits limits,
            Refusals refusals,
            Environment environment)
            throws Exception {
        boolean keysNeeded = settings.apiKeys() == ApiKeyUse.REQUIRED;
        boolean simulates = environment.acceptsProfiles(Profiles.of("simulators"));
        http.authorizeHttpRequests(rules -> rules
                // What a request that was let in comes to: its answer, or the words of its failure.
                .dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                .permitAll()
                .requestMatchers(OPEN, LOGIN, WEBHOOKS)
                .permitAll()
                .requestMatchers(API)
                .access(keysNeeded ? AuthorityAuthorizationManager.hasAnyRole(Roles.SHOP, Roles.OPERATOR) : anybody())
                .requestMatchers(keysNeeded ? noRequest() : START)
                .permitAll()
                .requestMatchers(any("/simulators/**"))
                .access(simulates ? ourselves() : nobody())
                .requestMatchers(PROXY)
                .denyAll()
                .requestMatchers(PAYLOADS)
                .hasRole(Roles.OPERATOR)
                .requestMatchers(PAGES, CONSOLE)
                .hasRole(Roles.VIEWER)
                .requestMatchers(ACTIONS)
                .hasRole(Roles.OPERATOR)
                .anyRequest()
                .denyAll());
        http.addFilterBefore(new GuessFilter(limits, refusals), LogoutFilter.class)
                .addFilterBefore(new ApiKeyFilter(keys, limits, refusals), BasicAuthenticationFilter.class)
                .addFilterBefore(new RateFilter(limits, refusals), AuthorizationFilter.class);
        http.exceptionHandling(failures -> failures.defaultAuthenticationEntryPointFor(
                        refusals, request -> !Browsers.wantsAPage(request))
                .accessDeniedHandler(refusals));
        http.formLogin(login -> {});
        http.httpBasic(basic -> basic.authenticationEntryPoint(refusals));
        HttpSessionRequestCache pagesOnly = new HttpSessionRequestCache();
        pagesOnly.setRequestMatcher(Browsers::wantsAPage);
        pagesOnly.setMatchingRequestParameterName(null);
        http.requestCache(cache -> cache.requestCache(pagesOnly));
        http.csrf(csrf -> csrf.csrfTokenRepository(tokens())
                .csrfTokenRequestHandler(new PageTokens())
                .requireCsrfProtectionMatcher(Browsers::mustShowTheToken));
        http.headers(headers -> headers.frameOptions(FrameOptionsConfig::deny)
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                        new NegatedRequestMatcher(HAWTIO), new ContentSecurityPolicyHeaderWriter(POLICY))));
        return http.build();
    }

    /** In a cookie that scripts of our own pages may read, and of no other site's: Hawtio looks for it there. */
    private static CookieCsrfTokenRepository tokens() {
        CookieCsrfTokenRepository tokens = CookieCsrfTokenRepository.withHttpOnlyFalse();
        tokens.setCookieCustomizer(cookie -> cookie.sameSite("Lax"));
        return tokens;
    }

    private static AuthorizationManager<RequestAuthorizationContext> anybody() {
        return (who, request) -> new AuthorizationDecision(true);
    }

    private static AuthorizationManager<RequestAuthorizationContext> nobody() {
        return (who, request) -> new AuthorizationDecision(false);
    }

    private static AuthorizationManager<RequestAuthorizationContext> ourselves() {
        return AuthorizationManagers.anyOf(
                IpAddressAuthorizationManager.hasIpAddress("127.0.0.0/8"),
                IpAddressAuthorizationManager.hasIpAddress("::1"));
    }

    private static RequestMatcher noRequest() {
        return request -> false;
    }

    private static RequestMatcher any(String... paths) {
        return new OrRequestMatcher(Stream.of(paths)
                .map(path -> (RequestMatcher)
                        PathPatternRequestMatcher.withDefaults().matcher(path))
                .toList());
    }

    private static RequestMatcher at(HttpMethod method, String path) {
        return PathPatternRequestMatcher.withDefaults().matcher(method, path);
    }
}
