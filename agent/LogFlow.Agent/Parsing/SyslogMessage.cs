namespace LogFlow.Agent;

/// <summary>What a syslog message says.</summary>
internal sealed class SyslogMessage
{
    private static readonly string[] Facilities =
    [
        "kernel", "user-level", "mail", "system", "security/authorization", "syslogd", "line printer", "network news",
        "UUCP", "clock", "security/authorization", "FTP", "NTP", "log audit", "log alert", "clock", "local0", "local1",
        "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly string[] Severities =
        ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];

    public int? Priority { get; set; }

    public int? Version { get; set; }

    public DateTimeOffset? Timestamp { get; set; }

    public string? HostName { get; set; }

    public string? AppName { get; set; }

    public string? ProcessId { get; set; }

    public string? MessageId { get; set; }

    public EventObject? StructuredData { get; set; }

    public string Message { get; set; } = "";

    /// <summary>The fields of an event, below <c>log.syslog</c>.</summary>
    public EventObject ToFields()
    {
        var syslog = new EventObject();
        if (Priority is { } priority)
        {
            syslog.Set("priority", (long)priority);
            syslog.Set("facility", CodeAndName(priority / 8, Facilities[priority / 8]));
            syslog.Set("severity", CodeAndName(priority % 8, Severities[priority % 8]));
        }

        foreach (var (name, value) in new (string, object?)[]
        {
            ("hostname", HostName), ("appname", AppName), ("procid", ProcessId), ("msgid", MessageId),
            ("version", Version?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("structured_data", StructuredData),
        })
        {
            if (value is not null)
            {
                syslog.Set(name, value);
            }
        }

        var log = new EventObject(2);
        log.Set("syslog", syslog);
        var fields = new EventObject(2);
        fields.Set("log", log);
        return fields;
    }

    /// <summary>The fields that Filebeat's input <c>syslog</c> gives, which came before those above.</summary>
    public EventObject ToInputFields()
    {
        var fields = new EventObject();
        if (Priority is { } priority)
        {
            var syslog = fields.Own("syslog");
            syslog.Set("priority", (long)priority);
            syslog.Set("facility", (long)(priority / 8));
            syslog.Set("facility_label", Facilities[priority / 8]);
            syslog.Set("severity_label", Severities[priority % 8]);
            fields.Own("event").Set("severity", (long)(priority % 8));
        }

        foreach (var (path, value) in new (string, string?)[]
        {
            ("hostname", HostName), ("process.program", AppName),
        })
        {
            if (value is not null)
            {
                EventPath.Put(fields, path, value);
            }
        }

        if (long.TryParse(ProcessId, System.Globalization.CultureInfo.InvariantCulture, out var pid))
        {
            EventPath.Put(fields, "process.pid", pid);
        }

        return fields;
    }

    private static EventObject CodeAndName(int code, string name)
    {
        var made = new EventObject(2);
        made.Set("code", (long)code);
        made.Set("name", name);
        return made;
    }
}
