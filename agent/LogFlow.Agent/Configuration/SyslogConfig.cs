using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>syslog</c> of <c>parsers</c>. Keys and defaults are Filebeat's.</summary>
[AcceptedKey("log_errors", "says nothing here: broken lines are not logged one by one", IsQuiet = true)]
public sealed class SyslogConfig : IValidatedConfig
{
    /// <summary>Which of the two formats.</summary>
    [ConfigKey("format")]
    public SyslogFormat Format { get; set; } = SyslogFormat.Auto;

    /// <summary>Of times that name none: Local, an IANA name, or an offset such as +0200.</summary>
    [ConfigKey("timezone")]
    public string Timezone { get; set; } = "Local";

    /// <summary>Whether what is no syslog message gets <c>error.message</c>.</summary>
    [ConfigKey("add_error_key")]
    public bool AddErrorKey { get; set; } = true;

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() => TimeZones.TryFind(Timezone, out _)
        ? []
        : [new ConfigProblem("timezone", $"'{Timezone}' is neither Local, an IANA name nor an offset such as +0200")];
}

/// <summary>Syslog's formats.</summary>
public enum SyslogFormat
{
    /// <summary>A version number behind the priority tells.</summary>
    Auto,

    /// <summary>BSD syslog.</summary>
    Rfc3164,

    /// <summary>The newer one, with structured data.</summary>
    Rfc5424,
}
