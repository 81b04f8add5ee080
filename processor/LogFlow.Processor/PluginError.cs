namespace LogFlow.Processor;

/// <summary>The last record that a plugin refused.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Stage">decode, filter or output.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Source">Which record: topic, partition and offset.</param>
/// <param name="Sample">The beginning of its value.</param>
/// <param name="Time">When.</param>
/// <param name="Count">How many it has refused since the start.</param>
public sealed record PluginError(
    string Plugin, string Stage, string Reason, string Source, string Sample, DateTimeOffset Time, long Count);
