package org.orderway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** CPU time and memory of processes on this machine, read from /proc. */
final class Processes {

    private static final long MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that matters

    private Processes() {}

    /** CPU time in ms of the process and of the children it has waited for; 0 where there is none. */
    static long cpu(long pid) {
        String[] stat = stat(pid);
        long ticks = 0;
        for (int field = 11; stat.length > 14 && field <= 14; field++) {
            ticks += Long.parseLong(stat[field]);
        }
        return ticks * MS_PER_TICK;
    }

    /** The same with all living children: PostgreSQL is a process for each connection. */
    static long cpuOfTree(long pid) {
        if (pid == 0) {
            return 0;
        }
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return cpu(pid)
                    + all.map(path -> path.getFileName().toString())
                            .filter(name -> name.chars().allMatch(Character::isDigit))
                            .mapToLong(Long::parseLong)
                            .filter(child -> parent(child) == pid)
                            .map(Processes::cpu)
                            .sum();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** CPU time in ms that this machine had so far, on all its cores, and how much of it was used. */
    record Machine(long total, long busy) {}

    static Machine machine() {
        try {
            String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
            long total = 0;
            for (int i = 1; i <= 8; i++) {
                total += Long.parseLong(fields[i]) * MS_PER_TICK;
            }
            long idle = (Long.parseLong(fields[4]) + Long.parseLong(fields[5])) * MS_PER_TICK;
            return new Machine(total, total - idle);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static long parent(long pid) {
        String[] stat = stat(pid);
        return stat.length > 1 ? Long.parseLong(stat[1]) : 0;
    }

    /** The process's name, or nothing where there is no such process. */
    static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    /** The largest resident size so far in MB. */
    static long peakMemory(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** The fields of /proc/pid/stat after the name, which may have spaces in it. */
    private static String[] stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ");
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
