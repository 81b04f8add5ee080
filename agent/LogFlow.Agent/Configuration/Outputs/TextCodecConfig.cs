using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Filebeat's <c>codec</c> section: JSON, or a format string.</summary>
public sealed class TextCodecConfig : IValidatedConfig
{
    /// <summary>JSON over several lines.</summary>
    [ConfigKey("json.pretty")]
    public bool Pretty { get; set; }

    /// <summary>Accepted: &lt;, &gt; and &amp; are written as they are.</summary>
    [ConfigKey("json.escape_html")]
    public bool EscapeHtml { get; set; }

    /// <summary>What an event becomes, for example <c>%{[message]}</c>; empty: JSON.</summary>
    [ConfigKey("format.string")]
    public string Format { get; set; } = "";

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        OutputConfig.CheckFormat(problems, "format.string", Format);
        return problems;
    }
}
