using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>output.console</c>: events on standard output. Defaults are Filebeat's.</summary>
public sealed class ConsoleOutputConfig : OutputConfig
{
    /// <summary>JSON over several lines; the older spelling of <c>codec.json.pretty</c>.</summary>
    [ConfigKey("pretty")]
    public bool Pretty { get; set; }

    /// <summary>What is written.</summary>
    [ConfigKey("codec")]
    public TextCodecConfig Codec { get; set; } = new();

    /// <summary>The most events of a write. Matches Filebeat.</summary>
    [ConfigKey("bulk_max_size")]
    public int BulkMaxSize { get; set; } = 2048;
}
