using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>One of an output's <c>indices</c>, <c>pipelines</c>, <c>topics</c> or <c>keys</c>.</summary>
public sealed class OutputRuleConfig
{
    /// <summary>The index, in <c>indices</c>: a format string.</summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "";

    /// <summary>The ingest pipeline, in <c>pipelines</c>: a format string.</summary>
    [ConfigKey("pipeline")]
    public string Pipeline { get; set; } = "";

    /// <summary>The topic, in <c>topics</c>: a format string.</summary>
    [ConfigKey("topic")]
    public string Topic { get; set; } = "";

    /// <summary>The list or channel, in <c>keys</c>: a format string.</summary>
    [ConfigKey("key")]
    public string Key { get; set; } = "";

    /// <summary>What the text that the format gives stands for.</summary>
    [ConfigKey("mappings")]
    public Dictionary<string, string> Mappings { get; set; } = [];

    /// <summary>What it is where <see cref="Mappings"/> has nothing for the text.</summary>
    [ConfigKey("default")]
    public string Default { get; set; } = "";

    /// <summary>Which events the rule is for; empty: all.</summary>
    [ConfigKey("when")]
    public EventCondition? When { get; set; }
}
