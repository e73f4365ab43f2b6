package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

class GroupCommitTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<List<Integer>> committed = new CopyOnWriteArrayList<>();
    private final List<List<Integer>> tried = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstMayGoOn = new CountDownLatch(1);
    private final Commits commits = new Commits();

    @AfterEach
    void stop() {
        firstMayGoOn.countDown();
        threads.shutdownNow();
    }

    @Test
    void whatIsWrittenAloneIsCommittedAtOnce() {
        firstMayGoOn.countDown();
        GroupCommit<Integer> group = new GroupCommit<>(commits, this::write, 10);

        group.write(1);
        group.write(2);

        assertThat(committed).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void whatComesDuringACommitGoesTogetherInTheNext() {
        List<CompletableFuture<Void>> writes =
                writeWhileTheFirstIsUnderWay(new GroupCommit<>(commits, this::write, 10));

        assertThat(writes).noneMatch(CompletableFuture::isDone);
        firstMayGoOn.countDown();

        assertThat(writes).allSatisfy(write -> assertThatCode(write::join).doesNotThrowAnyException());
        assertThat(committed).hasSize(2).first().isEqualTo(List.of(0));
        assertThat(committed.get(1)).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    }

    @Test
    void noGroupIsLargerThanPermitted() {
        List<CompletableFuture<Void>> writes = writeWhileTheFirstIsUnderWay(new GroupCommit<>(commits, this::write, 2));
        firstMayGoOn.countDown();

        assertThat(writes).allSatisfy(write -> assertThatCode(write::join).doesNotThrowAnyException());
        assertThat(committed).extracting(List::size).containsExactlyInAnyOrder(1, 2, 2, 1);
    }

    @Test
    void whatIsRefusedFailsAlone() {
        List<CompletableFuture<Void>> writes = writeWhileTheFirstIsUnderWay(new GroupCommit<>(
                commits,
                numbers -> {
                    write(numbers);
                    if (numbers.contains(3)) {
                        throw new DataIntegrityViolationException("three");
                    }
                },
                10));
        firstMayGoOn.countDown();

        assertThatThrownBy(writes.get(3)::join).hasCauseInstanceOf(DataIntegrityViolationException.class);
        writes.remove(3);
        assertThat(writes).allSatisfy(write -> assertThatCode(write::join).doesNotThrowAnyException());
        assertThat(committed).contains(List.of(0), List.of(1), List.of(2), List.of(4), List.of(5));
    }

    @Test
    void aDatabaseThatIsAwayIsNotAskedOnceForEach() {
        List<CompletableFuture<Void>> writes = writeWhileTheFirstIsUnderWay(new GroupCommit<>(
                commits,
                numbers -> {
                    write(numbers);
                    throw new DataAccessResourceFailureException("away");
                },
                10));
        firstMayGoOn.countDown();

        assertThat(writes).allSatisfy(write -> assertThatThrownBy(write::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(DataAccessResourceFailureException.class));
        assertThat(tried).hasSize(2);
        assertThat(committed).isEmpty();
    }

    /** Begins with 0 and has 1 to 5 wait behind it. */
    private List<CompletableFuture<Void>> writeWhileTheFirstIsUnderWay(GroupCommit<Integer> group) {
        List<CompletableFuture<Void>> writes = new CopyOnWriteArrayList<>();
        writes.add(CompletableFuture.runAsync(() -> group.write(0), threads));
        await().until(() -> tried.size() == 1);
        IntStream.rangeClosed(1, 5).forEach(i -> writes.add(CompletableFuture.runAsync(() -> group.write(i), threads)));
        await().until(() -> waitingThreads() == 5);
        return writes;
    }

    private long waitingThreads() {
        assertThat(((ThreadPoolExecutor) threads).getActiveCount()).isLessThanOrEqualTo(6);
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getState() == Thread.State.WAITING)
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().endsWith("ReentrantLock")))
                .count();
    }

    private void write(List<Integer> numbers) {
        tried.add(numbers);
        commits.now = numbers;
        if (numbers.contains(0)) {
            try {
                firstMayGoOn.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Notes what is committed. Groups are written one after the other. */
    private final class Commits extends AbstractPlatformTransactionManager {

        private List<Integer> now;

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            now = List.of();
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            committed.add(now);
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            now = List.of();
        }
    }
}
