using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Outputs;

/// <summary>What a <c>file</c> output writes where.</summary>
/// <param name="Path">The file; may hold fields.</param>
/// <param name="Codec">How an event is written.</param>
/// <param name="Overwrite">Each file is emptied when it is first written to (Logstash <c>write_behavior</c>).</param>
internal sealed record FileOutputOptions(EventTemplate Path, ICodec Codec, bool Overwrite);
