using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// Keys of inputs that read no log files: <c>stdin</c>, <c>tcp</c>, <c>udp</c>, <c>unix</c>, <c>syslog</c>. What they
/// receive goes through a spool (<see cref="Spool"/>), so that it is read, sent and remembered as files are.
/// </summary>
public sealed partial class InputConfig
{
    /// <summary>Where to listen, <c>host:port</c>; of <c>tcp</c> and <c>udp</c>.</summary>
    [ConfigKey("host")]
    public string Host { get; set; } = "";

    /// <summary>Where <c>syslog</c> listens by TCP.</summary>
    [ConfigKey("protocol.tcp.host")]
    public string SyslogTcpHost { get; set; } = "";

    /// <summary>Where <c>syslog</c> listens by UDP.</summary>
    [ConfigKey("protocol.udp.host")]
    public string SyslogUdpHost { get; set; } = "";

    /// <summary>tcp, tcp4, tcp6, udp, udp4 or udp6; nothing: both versions of IP. Matches Filebeat.</summary>
    [ConfigKey("network", Aliases = ["protocol.tcp.network", "protocol.udp.network"])]
    public string Network { get; set; } = "";

    /// <summary>The socket of <c>unix</c>, and of <c>syslog</c> by <c>protocol.unix</c>.</summary>
    [ConfigKey("path", Aliases = ["protocol.unix.path"])]
    public string SocketPath { get; set; } = "";

    /// <summary>stream or datagram. Matches Filebeat.</summary>
    [ConfigKey("socket_type", Aliases = ["protocol.unix.socket_type"])]
    public UnixSocketType SocketType { get; set; }

    /// <summary>The group that the socket belongs to, a name or a number; nothing: the agent's own.</summary>
    [ConfigKey("group", Aliases = ["protocol.unix.group"])]
    public string SocketGroup { get; set; } = "";

    /// <summary>The socket's mode, octal; nothing: what the umask leaves.</summary>
    [ConfigKey("mode", Aliases = ["protocol.unix.mode"])]
    public string SocketMode { get; set; } = "";

    /// <summary>
    /// The most bytes of a message; the rest is cut off and the event flagged. Matches Filebeat: 20 MiB, of datagrams
    /// 10 KiB. What a batch can hold is less: it is cut there.
    /// </summary>
    [ConfigKey("max_message_size", Aliases =
        ["protocol.tcp.max_message_size", "protocol.udp.max_message_size", "protocol.unix.max_message_size"])]
    public ByteSize? MaxMessageSize { get; set; }

    /// <summary>How messages are told apart in a stream: delimiter or rfc6587. Matches Filebeat.</summary>
    [ConfigKey("framing", Aliases = ["protocol.tcp.framing", "protocol.unix.framing"])]
    public MessageFraming Framing { get; set; }

    /// <summary>What ends a message. Matches Filebeat.</summary>
    [ConfigKey("line_delimiter", Aliases = ["protocol.tcp.line_delimiter", "protocol.unix.line_delimiter"])]
    public string LineDelimiter { get; set; } = "\n";

    /// <summary>The most connections at a time; 0: no limit. Matches Filebeat.</summary>
    [ConfigKey("max_connections", Aliases = ["protocol.tcp.max_connections", "protocol.unix.max_connections"])]
    public int MaxConnections { get; set; }

    /// <summary>A connection that is silent for this long is closed. Matches Filebeat.</summary>
    [ConfigKey("timeout", Aliases = ["protocol.tcp.timeout", "protocol.udp.timeout", "protocol.unix.timeout"])]
    public TimeSpan ConnectionTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The system's buffer of datagrams; nothing: the system's own size.</summary>
    [ConfigKey("read_buffer", Aliases = ["protocol.udp.read_buffer"])]
    public ByteSize? ReadBuffer { get; set; }

    /// <summary>TLS, of <c>tcp</c> and of <c>syslog</c> by <c>protocol.tcp</c>.</summary>
    [ConfigKey("ssl", Aliases = ["protocol.tcp.ssl"])]
    public SslServerConfig? Ssl { get; set; }

    /// <summary>Of <c>syslog</c>: what times are that name no zone. Local, an IANA name, or an offset.</summary>
    [ConfigKey("timezone")]
    public string Timezone { get; set; } = "Local";

    /// <summary>
    /// The most bytes that wait on disk because the outputs are slower than the senders. Full: streams are read no
    /// further, datagrams are dropped and counted. LogFlow's own key.
    /// </summary>
    [ConfigKey("spool.max_bytes")]
    public ByteSize SpoolBytes { get; set; } = 1L << 30;

    /// <summary>Whether it receives, rather than reads log files.</summary>
    internal bool IsReceived => InputTypes.IsReceived(Type);

    /// <summary>How it receives: <c>tcp</c>, <c>udp</c>, <c>unix</c>, <c>stdin</c> or <c>journald</c>.</summary>
    internal string Transport => Type != "syslog" ? Type
        : SyslogTcpHost.Length > 0 ? "tcp"
        : SocketPath.Length > 0 ? "unix"
        : "udp";

    /// <summary>Where it listens.</summary>
    internal string ListenHost => Host.Length > 0 ? Host : SyslogTcpHost.Length > 0 ? SyslogTcpHost : SyslogUdpHost;

    /// <summary>Whether each read of the transport is a message of its own.</summary>
    internal bool IsDatagram =>
        Transport is "udp" || (Transport is "unix" && SocketType == UnixSocketType.Datagram);

    /// <summary>Bytes of a message that are kept.</summary>
    internal int MessageLengthMax(int batchBytesMax) => (int)Math.Min(
        MaxMessageSize?.Bytes ?? (IsDatagram && Transport is "udp" ? 10L << 10 : 20L << 20),
        Math.Min((MaxBytes ?? MessageMaxBytes).Bytes, batchBytesMax));

    /// <summary>What the events are read from, once the agent runs; null: <see cref="Paths"/>.</summary>
    internal SpoolPlace? Spool { get; private set; }

    /// <summary>From now on its events are read from a spool, whatever its keys say of files.</summary>
    internal void ReadFrom(SpoolPlace spool)
    {
        Spool = spool;
        Encoding = "plain";
        LineTerminator = LineTerminator.Auto;
        (CleanInactive, IgnoreOlder, HarvesterLimit) = (TimeSpan.FromSeconds(-1), TimeSpan.Zero, 0);
        (CleanRemoved, CloseRemoved, Compression) = (true, true, "");
        (SeekToTail, TailFiles, IgnoreInactive) = (false, null, IgnoreInactive.None);
        (IncludeFiles, ExcludeFiles, LegacyExcludeFiles) = ([], [], []);
    }

    private void CheckReceived(List<ConfigProblem> problems)
    {
        if (SpoolBytes.Bytes < 1 << 20)
        {
            problems.Add(new ConfigProblem("spool.max_bytes", "must be 1MiB or more"));
        }

        if (MaxMessageSize is { Bytes: < 1 or > 256 << 20 })
        {
            problems.Add(new ConfigProblem("max_message_size", "must be between 1 and 256MiB"));
        }

        if (MaxConnections < 0)
        {
            problems.Add(new ConfigProblem("max_connections", "must not be negative"));
        }

        if (LineDelimiter.Length == 0)
        {
            problems.Add(new ConfigProblem("line_delimiter", "must not be empty"));
        }

        if (Type is not "stdin" and not "journald" && HasMultiline)
        {
            problems.Add(new ConfigProblem(
                Multiline is null ? "parsers" : "multiline",
                "lines of several senders come one between another, so 'multiline' would join what does not belong "
                + "together: have messages told apart by 'line_delimiter' or 'framing: rfc6587'"));
        }

        if (Ssl is { Enabled: true } && Transport != "tcp")
        {
            problems.Add(new ConfigProblem("ssl", $"TLS is spoken by tcp alone, not by {Transport}"));
        }

        CheckPlace(problems);
        CheckSyslog(problems);
        CheckJournal(problems);
    }

    private bool HasMultiline => Multiline is not null || Parsers.Exists(static parser => parser.Multiline is not null);

    private void CheckPlace(List<ConfigProblem> problems)
    {
        if (Transport is "tcp" or "udp")
        {
            var key = Type == "syslog" ? $"protocol.{Transport}.host" : "host";
            if (ListenHost.Length == 0)
            {
                problems.Add(new ConfigProblem(key, "is needed: where to listen, such as \"localhost:9000\""));
            }
            else if (ListenPlace.TryParse(ListenHost) is null)
            {
                problems.Add(new ConfigProblem(key, $"'{ListenHost}' is not host:port, such as \"localhost:9000\""));
            }

            if (Network is not "" && (Network[..3] != Transport || Network[3..] is not ("" or "4" or "6")))
            {
                problems.Add(new ConfigProblem(
                    "network", $"'{Network}' is not one of {Transport}, {Transport}4, {Transport}6"));
            }
        }
        else if (Transport is "unix")
        {
            if (SocketPath.Length == 0)
            {
                problems.Add(new ConfigProblem("path", "is needed: the socket to make"));
            }

            if (SocketMode.Length > 0 && FileModes.Parse(SocketMode) is null)
            {
                problems.Add(new ConfigProblem("mode", $"'{SocketMode}' is not an octal mode such as \"0660\""));
            }
        }
    }

    private void CheckSyslog(List<ConfigProblem> problems)
    {
        if (Type != "syslog")
        {
            return;
        }

        if (new[] { SyslogTcpHost, SyslogUdpHost, SocketPath }.Count(static place => place.Length > 0) > 1)
        {
            problems.Add(new ConfigProblem("protocol", "one of tcp, udp and unix: make an input for each"));
        }

        if (SyslogFormatWritten is null)
        {
            problems.Add(new ConfigProblem("format", $"'{Format}' is not one of auto, rfc3164, rfc5424"));
        }

        if (!TimeZones.TryFind(Timezone, out _))
        {
            problems.Add(new ConfigProblem(
                "timezone", $"'{Timezone}' is neither Local, an IANA name nor an offset such as +0200"));
        }
    }

    /// <summary>The format of <c>syslog</c>; as in Filebeat's input RFC 3164 where nothing is said.</summary>
    private SyslogFormat? SyslogFormatWritten => Format.ToLowerInvariant() switch
    {
        "" or "rfc3164" => SyslogFormat.Rfc3164,
        "rfc5424" => SyslogFormat.Rfc5424,
        "auto" => SyslogFormat.Auto,
        _ => null,
    };

    /// <summary>The parser of <c>syslog</c>'s messages.</summary>
    private MessageAssembler.ParserFactory SyslogParser()
    {
        var config = new SyslogConfig { Format = SyslogFormatWritten ?? SyslogFormat.Auto, Timezone = Timezone };
        return (next, release, _) => new SyslogStage(config, isInput: true) { Next = next, Release = release };
    }
}

/// <summary>How messages are told apart in a stream.</summary>
public enum MessageFraming
{
    /// <summary>By what ends each.</summary>
    Delimiter,

    /// <summary>By a length before each (octet counting), or by line ends where there is none.</summary>
    Rfc6587,
}

/// <summary>Kinds of Unix sockets.</summary>
public enum UnixSocketType
{
    /// <summary>Connections.</summary>
    Stream,

    /// <summary>Messages.</summary>
    Datagram,
}
