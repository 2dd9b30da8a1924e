import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// Containers before and after a deploy, as the engine tells of them and as it is to live in them.
struct ContainerKeepingTests {
    /// What its owner chose.
    struct Chosen: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: [String]
        /// What a program in the container finds: a command of the shell's, and what it prints.
        let inside: [String: String]

        init(_ name: String, _ options: [String], inside: [String: String]) {
            testDescription = name
            self.options = options
            self.inside = inside
        }
    }

    static let chosen = [
        Chosen(
            "limits",
            [
                "--memory", "64m", "--memory-reservation", "32m", "--memory-swap", "80m", "--cpus", "0.5",
                "--cpu-shares",
                "512", "--cpuset-cpus", "0", "--pids-limit", "50", "--shm-size", "8m", "--oom-score-adj", "300",
                "--ulimit", "nofile=1234:2345", "--ulimit", "core=0", "--blkio-weight", "0",
            ],
            inside: [
                "cat /sys/fs/cgroup/memory.max || cat /sys/fs/cgroup/memory/memory.limit_in_bytes": "67108864",
                "cat /sys/fs/cgroup/pids.max || cat /sys/fs/cgroup/pids/pids.max": "50",
                "cut -d ' ' -f 1 /sys/fs/cgroup/cpu.max || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000",
                "grep Cpus_allowed_list /proc/self/status | tr -d '[:space:]'": "Cpus_allowed_list:0",
                "df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2": "8192",
                "grep -E 'open files|core' /proc/1/limits | tr -s ' ' | cut -d ' ' -f 4-6": "size 0 0\n1234 2345 files",
                "cat /proc/1/oom_score_adj": "300",
            ]),
        Chosen(
            "rights",
            [
                "--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--cap-add", "CHOWN", "--security-opt",
                "no-new-privileges", "--device", "/dev/zero:/dev/nothing:r", "--device-cgroup-rule", "c 42:* rmw",
                "--read-only", "--tmpfs", "/scratch:size=1m,mode=0751", "--user", "1000:2000", "--group-add", "3000",
                "--sysctl", "net.ipv4.ip_unprivileged_port_start=100", "--sysctl", "kernel.msgmax=4000",
                "--userns", "host",
            ],
            inside: [
                // Of capabilities 0 and 12.
                "grep -E '^(CapBnd|NoNewPrivs):' /proc/self/status | tr -d '[:space:]'":
                    "CapBnd:0000000000001001NoNewPrivs:1",
                "ls -l /dev/nothing | cut -c 1; head -c 3 /dev/nothing | wc -c": "c\n3",
                "touch /file || echo read-only": "read-only",
                "stat -c %a /scratch; df -k /scratch | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2": "751\n1024",
                "id -u; id -g; id -G": "1000\n2000\n2000 3000",
                "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax": "100\n4000",
            ]),
        Chosen(
            "names",
            [
                "--hostname", "box", "--domainname", "example.org", "--workdir", "/var/own", "--init", "--tty",
                "--interactive", "--label", "own=a b", "--label", "empty=", "--env", "EMPTY=", "--env", "OWN=a b",
                "--dns", "192.0.2.1", "--dns-search", "example.net", "--dns-option", "ndots:3", "--add-host",
                "db:192.0.2.7", "--add-host", "six:2001:db8::7", "--stop-timeout", "40", "--stop-signal", "SIGUSR1",
                "--cgroup-parent", "/grapnel-test", "--cgroupns", "private", "--no-healthcheck",
            ],
            inside: [
                "hostname; pwd": "box\n/var/own",
                "cat /proc/1/comm": "docker-init",
                "cat /proc/sys/kernel/domainname": "example.org",
                "env | grep -E '^(OWN|EMPTY)='": "EMPTY=\nOWN=a b",
                "grep -E '^(nameserver|search|options)' /etc/resolv.conf | sort":
                    "nameserver 192.0.2.1\noptions ndots:3\nsearch example.net",
                "grep -E '192.0.2.7|2001:db8' /etc/hosts | tr '\\t' ' '": "192.0.2.7 db\n2001:db8::7 six",
                "test -t 0 </proc/1/fd/0 && echo terminal": "terminal",
            ]),
    ]

    @Test("What its owner chose is as it was", arguments: TestEngine.versions, chosen)
    func keeps(version: String, chosen: Chosen) async throws {
        let moves = try await Moves(version, .idle.with { $0.labels = ["release": "1"] }, options: chosen.options)
        let before = try #require(try await moves.container)
        try await moves.offer(.idle.with { $0.labels = ["release": "2"] })
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        let after = try #require(try await moves.container)
        #expect(after.labels["release"] == "2")
        #expect(Lasting(before).differences(to: Lasting(after)) == [])
        for (command, printed) in chosen.inside {
            #expect(try await moves.machine.docker("exec", moves.name, "sh", "-c", command) == printed, "\(command)")
        }
        try await moves.remove()
    }
}
