namespace LogFlow.Agent;

/// <summary>
/// What one part of a module reads where nothing else is said. Paths are Filebeat's on Linux (and iis's on Windows).
/// </summary>
/// <param name="Module">The module.</param>
/// <param name="Name">The part.</param>
/// <param name="Paths">What it reads.</param>
/// <param name="MultilinePattern">Which line begins an event; empty: each.</param>
/// <param name="MultilineNegate">Lines that do not match go on with the event before.</param>
internal sealed record ModuleFileset(
    string Module, string Name, string[] Paths, string MultilinePattern = "", bool MultilineNegate = true)
{
    private const string IsoDate = @"^\d{4}-\d{2}-\d{2}";

    /// <summary>All parts whose places are known.</summary>
    public static readonly ModuleFileset[] All =
    [
        new("apache", "access", ["/var/log/apache2/access.log*", "/var/log/apache2/other_vhosts_access.log*",
            "/var/log/httpd/access_log*"]),
        new("apache", "error", ["/var/log/apache2/error.log*", "/var/log/httpd/error_log*"]),
        new("auditd", "log", ["/var/log/audit/audit.log*"]),
        new("elasticsearch", "server", ["/var/log/elasticsearch/*_server.json", "/var/log/elasticsearch/*.log"],
            @"^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|{)"),
        new("elasticsearch", "gc", ["/var/log/elasticsearch/gc.log.[0-9]*", "/var/log/elasticsearch/gc.log"],
            @"^(\[?[0-9]{4}-[0-9]{2}-[0-9]{2})"),
        new("elasticsearch", "audit", ["/var/log/elasticsearch/*_access.log", "/var/log/elasticsearch/*_audit.log",
            "/var/log/elasticsearch/*_audit.json"]),
        new("elasticsearch", "slowlog", ["/var/log/elasticsearch/*_index_search_slowlog.*",
            "/var/log/elasticsearch/*_index_indexing_slowlog.*"], @"^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|{)"),
        new("elasticsearch", "deprecation", ["/var/log/elasticsearch/*_deprecation.log",
            "/var/log/elasticsearch/*_deprecation.json"], @"^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|{)"),
        new("haproxy", "log", ["/var/log/haproxy.log*"]),
        new("icinga", "main", ["/var/log/icinga2/icinga2.log*"], @"^\["),
        new("icinga", "debug", ["/var/log/icinga2/debug.log*"], @"^\["),
        new("icinga", "startup", ["/var/log/icinga2/startup.log"], @"^(information|warning|critical)"),
        new("iis", "access", ["C:/inetpub/logs/LogFiles/*/*.log"]),
        new("iis", "error", ["C:/Windows/System32/LogFiles/HTTPERR/*.log"]),
        new("kafka", "log", ["/opt/kafka*/logs/controller.log*", "/opt/kafka*/logs/server.log*",
            "/opt/kafka*/logs/state-change.log*", "/opt/kafka*/logs/kafka-*.log*"], @"^\["),
        new("kibana", "log", ["/var/log/kibana/kibana.stdout", "/var/log/kibana/kibana.log"]),
        new("kibana", "audit", ["/var/log/kibana/*_audit.json"]),
        new("logstash", "log", ["/var/log/logstash/logstash-plain*.log", "/var/log/logstash/logstash-json*.log"],
            @"^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|{)"),
        new("logstash", "slowlog", ["/var/log/logstash/logstash-slowlog-plain*.log",
            "/var/log/logstash/logstash-slowlog-json*.log"]),
        new("mongodb", "log", ["/var/log/mongodb/mongodb.log*", "/var/log/mongodb/mongod.log*"]),
        new("mysql", "error", ["/var/log/mysql/error.log*", "/var/log/mysqld.log*"],
            @"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{6})"),
        new("mysql", "slowlog", ["/var/log/mysql/*-slow.log*", "/var/lib/mysql/*-slow.log*"],
            @"^(# User@Host: |# Time: )"),
        new("nats", "log", ["/var/log/nats/nats.log*"]),
        new("nginx", "access", ["/var/log/nginx/access.log*"]),
        new("nginx", "error", ["/var/log/nginx/error.log*"], @"^\d{4}/\d{2}/\d{2} "),
        new("nginx", "ingress_controller", ["/var/log/nginx/ingress.log"]),
        new("osquery", "result", ["/var/log/osquery/osqueryd.results.log*"]),
        new("postgresql", "log", ["/var/log/postgresql/postgresql-*-*.log*"], @"^\d{4}-\d{2}-\d{2} "),
        new("rabbitmq", "log", ["/var/log/rabbitmq/rabbit@*.log*"], @"^(\d{4}-\d{2}-\d{2}|=)"),
        new("redis", "log", ["/var/log/redis/redis-server.log*", "/var/log/redis/*.log"]),
        new("suricata", "eve", ["/var/log/suricata/eve.json"]),
        new("system", "syslog", ["/var/log/messages*", "/var/log/syslog*"], @"^\s", MultilineNegate: false),
        new("system", "auth", ["/var/log/auth.log*", "/var/log/secure*"], @"^\s", MultilineNegate: false),
        new("tomcat", "log", ["/var/log/tomcat*/catalina.out"], IsoDate),
        new("traefik", "access", ["/var/log/traefik/access.log*"]),
        .. Zeek(),
    ];

    /// <summary>Zeek names a log after what it holds.</summary>
    private static IEnumerable<ModuleFileset> Zeek() =>
        from name in (string[])
        [
            "capture_loss", "connection", "dce_rpc", "dhcp", "dnp3", "dns", "dpd", "files", "ftp", "http",
            "intel", "irc", "kerberos", "modbus", "mysql", "notice", "ntlm", "ntp", "ocsp", "pe", "radius", "rdp",
            "rfb", "signature", "sip", "smb_cmd", "smb_files", "smb_mapping", "smtp", "snmp", "socks", "ssh",
            "ssl", "stats", "syslog", "traceroute", "tunnel", "weird", "x509",
        ]
        let file = name switch { "connection" => "conn", "signature" => "signatures", _ => name }
        select new ModuleFileset(
            "zeek", name, [$"/opt/zeek/logs/current/{file}.log", $"/var/log/bro/current/{file}.log"]);

    /// <summary>Of the parts of modules that read nothing from files, what to do.</summary>
    public static string? FindRefusal(string module, string part) => (module, part) switch
    {
        ("redis", "slowlog") => "it asks the server; let the processor read Redis",
        ("haproxy", _) or ("nginx", _) => null,
        _ => null,
    };
}
