# shellcheck shell=bash
# Finds a RabbitMQ or starts a private one: on loopback, free ports, in a scratch folder. To be sourced; used by verify and
# bench/run, which set $program, the name the user calls them by.
#
#   choose_rabbitmq         sets amqp, management, version, and broker_pid and broker_start where the server is ours
#   stop_rabbitmq <code> <folder for logs>   from the trap on EXIT

# shellcheck disable=SC2317,SC2119,SC2120 # what a trap calls looks unreachable; arguments come from verify
# shellcheck disable=SC2034,SC2154 # some of what is set here is read by the caller, and program is set there
readonly DOCKER_IMAGE="rabbitmq:4.1.4-management"
readonly BASIC_GUEST="Z3Vlc3Q6Z3Vlc3Q=" # guest:guest
readonly SECONDS_TO_START=120

say() { printf '[%s] %s\n' "${program#./}" "$*"; }
stop_here() {
    local line
    for line in "$@"; do
        say "$line" >&2
    done
    exit 2
}

scratch=""
policy_put=""
containers=()
epmd_pids=()
server_folders=()
apart=()
if command -v setsid >/dev/null; then
    apart=(setsid) # Ctrl-C in the terminal is for us, not for the servers
fi

# --- stopping -------------------------------------------------------------------------------------------------------

# The pid is taken from the file, for a test may have killed the server and started it again.
server_pid() {
    local folder=$1 pid arguments
    pid=$(cat "$folder/pid" 2>/dev/null) || return 1
    if [[ -d /proc/self ]]; then # small images have no ps
        arguments=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
    else
        arguments=$(ps -ww -o args= -p "$pid") || return 1
    fi
    [[ $arguments == *"$scratch/"* ]] || return 1
    printf '%s\n' "$pid"
}

stop_pid() {
    local pid=$1 tries
    kill -TERM "$pid" 2>/dev/null || return 0
    kill -CONT "$pid" 2>/dev/null || return 0 # a test may have left it stopped
    for ((tries = 0; tries < 150; tries++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

restore_policy() {
    [[ -n $policy_put ]] || return 0
    rm -f /usr/sbin/policy-rc.d
    if [[ -e $scratch/policy-rc.d ]]; then
        mv "$scratch/policy-rc.d" /usr/sbin/policy-rc.d
    fi
    policy_put=""
}

# Ends all that was started here and removes the scratch folder; after a failure the servers' logs are kept.
stop_rabbitmq() { # exit code, folder for the logs
    local code=$1 logs=$2 folder pid kept=""
    restore_policy
    for folder in ${server_folders[@]+"${server_folders[@]}"}; do
        if pid=$(server_pid "$folder"); then
            stop_pid "$pid"
        fi
    done
    for pid in ${epmd_pids[@]+"${epmd_pids[@]}"}; do
        stop_pid "$pid"
    done
    for pid in ${containers[@]+"${containers[@]}"}; do
        if ((code != 0)); then
            mkdir -p "$logs"
            docker logs "$pid" >"$logs/docker-${pid:0:12}.log" 2>&1 || true
            kept=yes
        fi
        docker rm --force --volumes "$pid" >/dev/null 2>&1 || true
    done
    if ((code != 0)); then
        for folder in ${server_folders[@]+"${server_folders[@]}"}; do
            mkdir -p "$logs/${folder##*/}"
            cp -r "$folder/log/." "$folder/output" "$logs/${folder##*/}" 2>/dev/null || true
            kept=yes
        done
        if [[ -n $kept ]]; then
            say "RabbitMQ's log is kept in $logs/"
        fi
    fi
    if [[ -n $scratch ]]; then
        rm -rf --one-file-system "$scratch"
    fi
}

# --- starting a RabbitMQ of our own ---------------------------------------------------------------------------------

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

taken_ports=" "
free_port() { # sets $port; below the ports that systems give to outgoing connections
    while :; do
        port=$((20000 + RANDOM % 12000))
        if [[ $taken_ports != *" $port "* ]] && ! answers "$port"; then
            taken_ports+="$port "
            return
        fi
    done
}

management_get() { # port, path: prints the answer, fails unless it is a 200
    local line
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' "$2" "$BASIC_GUEST" >&3
    IFS= read -r -t 5 line <&3 || return 1
    [[ $line == *" 200 "* ]] || return 1
    cat <&3
}

# Sets $version once AMQP and the management API answer; fails when the given check fails first.
wait_until_ready() { # amqp port, management port, check that it still lives
    local amqp=$1 management=$2 deadline=$((SECONDS + SECONDS_TO_START)) answer
    while ((SECONDS < deadline)); do
        "${@:3}" || return 1
        if answers "$amqp" && answer=$(management_get "$management" /api/overview 2>/dev/null); then
            version=$(sed -n 's/.*"rabbitmq_version":"\([^"]*\)".*/\1/p' <<<"$answer")
            return 0
        fi
        sleep 0.3
    done
    return 1
}

# Starts the RabbitMQ whose sbin folder is given, inside the root folder given (empty: this system's own).
# Sets amqp, management, mqtt, broker_pid, broker_start, version.
start_private() { # name, sbin folder, root folder
    local name=$1 sbin=$2 root=${3:-} epmd into="" amqp_port management_port mqtt_port dist_port epmd_port port
    local inside="$scratch/$name"
    local folder="$root$inside"
    mkdir -p "$folder/data" "$folder/log"
    free_port && amqp_port=$port
    free_port && management_port=$port
    free_port && mqtt_port=$port
    free_port && dist_port=$port
    free_port && epmd_port=$port

    cat >"$folder/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
mqtt.listeners.tcp.1 = 127.0.0.1:$mqtt_port
log.file.level = info
disk_free_limit.absolute = 50MB
# Figures of the management API at most a second old
collect_statistics_interval = 1000
END
    echo '[rabbitmq_management,rabbitmq_mqtt].' >"$folder/enabled_plugins"
    echo '[].' >"$folder/advanced.config"
    : >"$folder/rabbitmq-env.conf"

    # An epmd of our own in the foreground, so that its pid is known and the system's is left alone.
    if [[ -n $root ]]; then
        epmd=(chroot "$root" /usr/bin/epmd)
        into="chroot '$root'"
        # Without /proc in there it cannot measure its memory from outside.
        cat >>"$folder/rabbitmq.conf" <<END
vm_memory_calculation_strategy = allocated
total_memory_available_override_value = 2GB
END
    else
        epmd=("$(find_epmd)")
    fi
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd_port "${apart[@]}" "${epmd[@]}" >/dev/null 2>&1 </dev/null &
    epmd_pids+=("$!")

    # A script of its own, so that a test that has killed the server can start it again as it was.
    # With input allowed it replaces itself by the Erlang machine and so keeps its pid; -noinput takes the input away.
    cat >"$folder/start" <<END
#!/bin/sh
echo \$\$ >'$folder/pid'
exec env -i PATH="\$PATH:/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8 \\
    HOME='$inside' \\
    ERL_EPMD_ADDRESS=127.0.0.1 \\
    ERL_EPMD_PORT=$epmd_port \\
    RABBITMQ_ALLOW_INPUT=true \\
    RABBITMQ_NODENAME=orderway-$name-$$@localhost \\
    RABBITMQ_DIST_PORT=$dist_port \\
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \\
    RABBITMQ_MNESIA_BASE='$inside/data' \\
    RABBITMQ_LOG_BASE='$inside/log' \\
    RABBITMQ_CONFIG_FILE='$inside/rabbitmq.conf' \\
    RABBITMQ_CONFIG_FILES='$inside/conf.d' \\
    RABBITMQ_ADVANCED_CONFIG_FILE='$inside/advanced.config' \\
    RABBITMQ_CONF_ENV_FILE='$inside/rabbitmq-env.conf' \\
    RABBITMQ_ENABLED_PLUGINS_FILE='$inside/enabled_plugins' \\
    $into '$sbin/rabbitmq-server' -noinput >>'$folder/output' 2>&1 </dev/null
END
    chmod +x "$folder/start"

    say "starting RabbitMQ of ${root:+$root}$sbin on 127.0.0.1:$amqp_port"
    server_folders+=("$folder")
    "${apart[@]}" "$folder/start" &
    broker_pid=$!
    if ! wait_until_ready "$amqp_port" "$management_port" kill -0 "$broker_pid"; then
        tail -n 30 "$folder/output" >&2 || true
        stop_here "RabbitMQ did not come up."
    fi
    broker_start="$folder/start"
    amqp="amqp://guest:guest@127.0.0.1:$amqp_port"
    management="http://127.0.0.1:$management_port"
    mqtt="127.0.0.1:$mqtt_port"
}

find_epmd() {
    local root
    if command -v epmd; then
        return
    fi
    root=$(erl -noshell -eval 'io:format("~s", [code:root_dir()]), halt().')
    ls "$root"/erts-*/bin/epmd
}

# The real start script: Debian's /usr/sbin/rabbitmq-server changes the user first.
installed_sbin() { # root folder
    local found newest=""
    for found in "${1:-}"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin; do
        if [[ -x $found/rabbitmq-server ]]; then
            newest=${found#"${1:-}"}
        fi
    done
    if [[ -z $newest && -z ${1:-} ]] && found=$(command -v rabbitmq-server); then
        newest=$(dirname "$found")
    fi
    [[ -n $newest ]] && printf '%s\n' "$newest"
}

start_docker() {
    local id amqp_port management_port
    say "starting RabbitMQ with Docker: $DOCKER_IMAGE"
    id=$(docker run --detach --publish 127.0.0.1::5672 --publish 127.0.0.1::15672 "$DOCKER_IMAGE") \
        || stop_here "Docker could not start $DOCKER_IMAGE."
    containers+=("$id")
    amqp_port=$(docker port "$id" 5672/tcp | head -n 1)
    management_port=$(docker port "$id" 15672/tcp | head -n 1)
    amqp_port=${amqp_port##*:}
    management_port=${management_port##*:}
    wait_until_ready "$amqp_port" "$management_port" docker_runs "$id" || stop_here "RabbitMQ did not come up in Docker."
    amqp="amqp://guest:guest@127.0.0.1:$amqp_port"
    management="http://127.0.0.1:$management_port"
}

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }
docker_runs() { [[ $(docker inspect --format '{{.State.Running}}' "$1" 2>/dev/null) == true ]]; }

# --- the system's packages ------------------------------------------------------------------------------------------

on_debian() { [[ -e /etc/debian_version ]] && command -v apt-get >/dev/null; }

# Installs packages without letting them start a service.
install_packages() {
    say "installing with apt-get (nothing of it is started as a service): $*"
    put_policy
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; } </dev/null >"$scratch/apt.log" 2>&1; then
        tail -n 20 "$scratch/apt.log" >&2
        stop_here "apt-get could not install: $*"
    fi
    restore_policy
}

# Debian's way to forbid service starts; one that forbids them already stays.
put_policy() {
    local file=/usr/sbin/policy-rc.d code=0
    if [[ -x $file ]]; then
        "$file" orderway start >/dev/null 2>&1 || code=$?
        if ((code == 101)); then
            return
        fi
    fi
    if [[ -e $file ]]; then
        cp -p "$file" "$scratch/policy-rc.d"
    fi
    policy_put=yes
    printf '#!/bin/sh\nexit 101\n' >"$file"
    chmod 755 "$file"
}

# --- which RabbitMQ -------------------------------------------------------------------------------------------------

management_beside() { # amqp address: the same host on the port that the management plugin has by default
    local host=${1#*://}
    host=${host##*@}
    host=${host%%/*}
    printf 'http://%s:15672\n' "${host%%:*}"
}

# Sets amqp and management, and for a server of our own broker_pid and broker_start.
choose_rabbitmq() {
    local sbin
    broker_pid="" broker_start="" version="" mqtt=${ORDERWAY_TEST_MQTT:-}
    if [[ -n ${ORDERWAY_TEST_RABBITMQ:-} ]]; then
        amqp=$ORDERWAY_TEST_RABBITMQ
        management=${ORDERWAY_TEST_RABBITMQ_MANAGEMENT:-$(management_beside "$amqp")}
        say "using the RabbitMQ of ORDERWAY_TEST_RABBITMQ"
    elif [[ -n ${RABBITMQ_HOME:-} ]]; then
        [[ -x $RABBITMQ_HOME/sbin/rabbitmq-server ]] || stop_here "RABBITMQ_HOME has no sbin/rabbitmq-server: $RABBITMQ_HOME"
        start_private rabbitmq "$RABBITMQ_HOME/sbin"
    elif sbin=$(installed_sbin); then
        start_private rabbitmq "$sbin"
    elif docker_answers; then
        start_docker
    elif on_debian && ((EUID == 0)); then
        say "no RabbitMQ found; its tests need one, and you are root on a Debian-like system"
        install_packages rabbitmq-server
        sbin=$(installed_sbin) || stop_here "The package rabbitmq-server has no start script in a known place."
        start_private rabbitmq "$sbin"
    elif on_debian; then
        stop_here "The tests need a RabbitMQ. Install it, then run $program again:" \
            "    sudo apt-get install -y --no-install-recommends rabbitmq-server" \
            "(stop its service if you like: $program starts one of its own)"
    else
        stop_here "The tests need a RabbitMQ. Start one, then run $program again with its address:" \
            "    ORDERWAY_TEST_RABBITMQ=amqp://guest:guest@127.0.0.1:5672 $program" \
            "or install rabbitmq-server, or start Docker, or set RABBITMQ_HOME to an unpacked RabbitMQ"
    fi
}
