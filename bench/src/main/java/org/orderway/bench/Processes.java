package org.orderway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        return cpu(pid) + children(pid).stream().mapToLong(Processes::cpu).sum();
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

    /** A line of /proc/pid/status in MB: VmHWM, the largest resident size so far, or VmRSS, the present one. */
    static long memory(long pid, String line) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(one -> one.startsWith(line + ":"))
                    .mapToLong(one -> Long.parseLong(one.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** CPU time so far in ms of each of its threads. */
    static Map<Long, Long> threads(long pid) {
        Map<Long, Long> threads = new HashMap<>();
        for (long thread : numbers(Path.of("/proc/" + pid + "/task"))) {
            String[] stat = stat(Path.of("/proc/" + pid + "/task/" + thread + "/stat"));
            if (stat.length > 12) {
                threads.put(thread, (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) * MS_PER_TICK);
            }
        }
        return threads;
    }

    /** The names of its threads as the system knows them, fifteen letters at most. */
    static Map<Long, String> threadNames(long pid) {
        Map<Long, String> names = new HashMap<>();
        for (long thread : numbers(Path.of("/proc/" + pid + "/task"))) {
            try {
                names.put(thread, Files.readString(Path.of("/proc/" + pid + "/task/" + thread + "/comm")).strip());
            } catch (IOException gone) {
                // It has ended meanwhile.
            }
        }
        return names;
    }

    /** Its living children. */
    static List<Long> children(long pid) {
        return numbers(Path.of("/proc")).stream().filter(child -> parent(child) == pid).toList();
    }

    /** How it was called, which PostgreSQL replaces by what the process is for. */
    static String title(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ').strip();
        } catch (IOException gone) {
            return "";
        }
    }

    private static List<Long> numbers(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException gone) {
            return List.of();
        }
    }

    private static String[] stat(long pid) {
        return stat(Path.of("/proc/" + pid + "/stat"));
    }

    /** The fields of /proc/pid/stat after the name, which may have spaces in it. */
    private static String[] stat(Path file) {
        try {
            String line = Files.readString(file);
            return line.substring(line.lastIndexOf(')') + 2).split(" ");
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
