package org.orderway.messages;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Commits in one transaction what many threads want to write at the same time: a commit costs the database more than the rows
 * in it. Each thread returns when its own is committed. Nobody waits for company: whoever comes first begins at once, and those who
 * come meanwhile go together after it.
 *
 * @param <T> what is written
 */
public class GroupCommit<T> {

    private final TransactionTemplate transactions;
    private final Consumer<List<T>> writing;
    private final int most;
    private final Queue<Wish<T>> waiting = new ConcurrentLinkedQueue<>();
    private final Lock turn = new ReentrantLock();

    /**
     * @param transactions of the database
     * @param writing      writes a group, in the order it came
     * @param most         as many as go together at most
     */
    public GroupCommit(PlatformTransactionManager transactions, Consumer<List<T>> writing, int most) {
        this.transactions = new TransactionTemplate(transactions);
        // What others wait for must not hang on a transaction of this thread's.
        this.transactions.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.writing = writing;
        this.most = most;
    }

    /**
     * Writes one, and returns after the commit. What the database refuses fails alone, for each of its group is tried by itself
     * then; a database that is away fails for all of them.
     *
     * @throws RuntimeException of the writing, or of the commit
     */
    public void write(T content) {
        Wish<T> wish = new Wish<>(content);
        waiting.add(wish);
        turn.lock();
        try {
            while (!wish.done) {
                commit(next());
            }
        } finally {
            turn.unlock();
        }
        if (wish.failure != null) {
            throw wish.failure;
        }
    }

    private List<Wish<T>> next() {
        List<Wish<T>> group = new ArrayList<>();
        for (Wish<T> wish = waiting.poll(); wish != null; wish = group.size() < most ? waiting.poll() : null) {
            group.add(wish);
        }
        return group;
    }

    private void commit(List<Wish<T>> group) {
        RuntimeException failure = tryToWrite(group);
        if (group.size() > 1 && isOfOne(failure)) {
            group.forEach(wish -> wish.failure = tryToWrite(List.of(wish)));
        } else {
            group.forEach(wish -> wish.failure = failure);
        }
        group.forEach(wish -> wish.done = true);
    }

    private static boolean isOfOne(RuntimeException failure) {
        return failure instanceof DataIntegrityViolationException || failure instanceof ConcurrencyFailureException;
    }

    /** Hands a failure to the threads it belongs to, which throw it: the one that writes writes for others, too. */
    private RuntimeException tryToWrite(List<Wish<T>> group) {
        try {
            transactions.executeWithoutResult(status ->
                    writing.accept(group.stream().map(wish -> wish.content).toList()));
            return null;
        } catch (RuntimeException failure) {
            return failure;
        }
    }

    /** Its fields are read and written by whoever has the turn; its own thread takes the turn before it looks. */
    private static final class Wish<T> {

        private final T content;
        private boolean done;
        private RuntimeException failure;

        private Wish(T content) {
            this.content = content;
        }
    }
}
