using Xunit;

namespace LogFlow.Testing;

/// <summary>A theory that is skipped, with the reason, where what it needs is not on the machine.</summary>
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    /// <summary>Names what the test needs.</summary>
    public RequiresTheoryAttribute(params Requirement[] needed)
    {
        Needed = needed;
        Skip = Requirements.WhyMissing(needed);
    }

    /// <summary>What the test needs.</summary>
    public IReadOnlyList<Requirement> Needed { get; }
}
