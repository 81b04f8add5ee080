using Xunit;

namespace LogFlow.Testing;

/// <summary>A fact that is skipped, with the reason, where what it needs is not on the machine.</summary>
public sealed class RequiresFactAttribute : FactAttribute
{
    /// <summary>Names what the test needs.</summary>
    public RequiresFactAttribute(params Requirement[] needed)
    {
        Needed = needed;
        Skip = Requirements.WhyMissing(needed);
    }

    /// <summary>What the test needs.</summary>
    public IReadOnlyList<Requirement> Needed { get; }
}
