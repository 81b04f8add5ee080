namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One step of a compiled section. A section is a flat list of steps, so that an event born in the middle of it (split,
/// clone) goes on from there by a number.
/// </summary>
internal readonly struct Instruction
{
    private Instruction(Filter? filter, Condition? condition, int index)
    {
        Filter = filter;
        Condition = condition;
        Index = index;
    }

    /// <summary>The filter to apply; null for other steps.</summary>
    public Filter? Filter { get; }

    /// <summary>The condition of a branch: when false, go on at <see cref="Index"/>. Null for other steps.</summary>
    public Condition? Condition { get; }

    /// <summary>The filter's or output's number, or the step to go on at.</summary>
    public int Index { get; }

    public static Instruction Apply(Filter filter, int number) => new(filter, null, number);

    public static Instruction Branch(Condition condition, int target) => new(null, condition, target);

    /// <summary>In filter sections: go on at a step. In output sections: <see cref="OutputInstruction"/>.</summary>
    public static Instruction Jump(int target) => new(null, null, target);
}
