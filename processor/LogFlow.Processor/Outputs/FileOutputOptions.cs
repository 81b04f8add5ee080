using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>What a <c>file</c> output writes where.</summary>
/// <param name="Path">The file; may hold fields.</param>
/// <param name="Codec">How an event is written.</param>
/// <param name="Overwrite">A file holds the last event of the last batch only (Logstash <c>write_behavior</c>).</param>
internal sealed record FileOutputOptions(EventTemplate Path, ICodec Codec, bool Overwrite)
{
    /// <summary>A file that is not there is made; else its events go to the failure file.</summary>
    public bool CreatesIfDeleted { get; init; } = true;

    /// <summary>The file, beside the others, for events whose own path cannot be written.</summary>
    public string FailureName { get; init; } = "_filepath_failures";
}
