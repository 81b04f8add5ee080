namespace LogFlow.Processor.Pipeline;

/// <summary>A named part of a grok pattern.</summary>
/// <param name="Slot">Its number in the program.</param>
/// <param name="Group">The regex group's number.</param>
/// <param name="Name">The field.</param>
/// <param name="Type">What the text becomes.</param>
internal readonly record struct GrokCapture(int Slot, int Group, string Name, GrokType Type);

/// <summary>What a captured text becomes.</summary>
internal enum GrokType
{
    String,
    Integer,
    Float,
}
