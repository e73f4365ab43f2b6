package org.orderway.routes;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.apache.camel.Component;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.orderway.broker.Deliveries;
import org.orderway.messages.ReadsOnly;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * The beans that a route of a shadow run finds: none of them does anything. A call answers with nothing, no, 0 or none, by what
 * its method returns; only what is declared to read nothing but its arguments ({@link ReadsOnly}) is really called.
 */
final class ShadowBeans implements BeanRepository {

    private static final String OURS = "org.orderway.";

    private final ApplicationContext beans;
    private final Map<String, Object> standIns = new ConcurrentHashMap<>();

    ShadowBeans(ApplicationContext beans, Deliveries deliveries) {
        this.beans = beans;
        standIns.put("deliveries", deliveries.uncounted());
    }

    @Override
    public Object lookupByName(String name) {
        return beans.containsBean(name) ? standIns.computeIfAbsent(name, this::standIn) : null;
    }

    /** Null for a bean of another kind than we know to be harmless: the route that needs it cannot be made then. */
    private Object standIn(String name) {
        Class<?> type = ClassUtils.getUserClass(beans.getType(name));
        if (IdempotentRepository.class.isAssignableFrom(type)) {
            return MemoryIdempotentRepository.memoryIdempotentRepository();
        }
        if (CircuitBreaker.class.isAssignableFrom(type)) {
            return CircuitBreaker.ofDefaults(name);
        }
        if (ObjectMapper.class.isAssignableFrom(type)) {
            return beans.getBean(name);
        }
        // A shadow run has components of its own.
        boolean called = type.getName().startsWith(OURS) && !Component.class.isAssignableFrom(type);
        return called ? silent(name, type) : null;
    }

    private Object silent(String name, Class<?> type) {
        ProxyFactory factory = new ProxyFactory();
        factory.setTargetClass(type);
        factory.setProxyTargetClass(true);
        factory.addAdvice((MethodInterceptor) call -> {
            Method method = call.getMethod();
            if (method.getDeclaringClass() == Object.class) {
                return name;
            }
            return readsOnly(method, type)
                    ? really(beans.getBean(name), method, call.getArguments())
                    : nothing(method.getReturnType());
        });
        return factory.getProxy(type.getClassLoader());
    }

    private static boolean readsOnly(Method method, Class<?> type) {
        return AnnotatedElementUtils.hasAnnotation(method, ReadsOnly.class)
                || AnnotatedElementUtils.hasAnnotation(type, ReadsOnly.class);
    }

    private static Object really(Object bean, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(bean, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private static Object nothing(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return false;
        }
        if (type.isPrimitive() && type != void.class) {
            return type == char.class ? (Object) ' ' : number(type);
        }
        if (type == Optional.class) {
            return Optional.empty();
        }
        if (type == Stream.class) {
            return Stream.empty();
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (type == Set.class) {
            return Set.of();
        }
        if (type == List.class || type == Collection.class || type == Iterable.class) {
            return List.of();
        }
        return type == Iterator.class ? List.of().iterator() : null;
    }

    private static Object number(Class<?> type) {
        return type == long.class ? (Object) 0L : type == double.class ? (Object) 0.0 : 0;
    }

    @Override
    public <T> T lookupByNameAndType(String name, Class<T> type) {
        Object found = lookupByName(name);
        return type.isInstance(found) ? type.cast(found) : null;
    }

    /** What Camel would find by itself (metrics, tracing, listeners) belongs to the live routes. */
    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        return Map.of();
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return Set.of();
    }
}
