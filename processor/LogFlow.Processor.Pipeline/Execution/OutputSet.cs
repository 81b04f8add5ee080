using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>The outputs an event goes to, by their index in <see cref="CompiledPipeline.Outputs"/>.</summary>
/// <param name="Bits">One bit per output.</param>
public readonly record struct OutputSet(ulong Bits)
{
    /// <summary>More outputs than this are refused when a pipeline is loaded.</summary>
    public const int OutputsMax = 64;

    /// <summary>How many outputs the event goes to.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>Whether the event goes to no output at all.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>Whether the event goes to the output of this index.</summary>
    public bool Contains(int index) => (Bits & (1UL << index)) != 0;
}
