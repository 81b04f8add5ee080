namespace LogFlow.Store;

/// <summary>Access to the indices whose names match one of some patterns.</summary>
/// <param name="Names">Names; <c>*</c> stands for anything.</param>
/// <param name="Access">What may be done with them.</param>
internal sealed record StoreGrant(IReadOnlyList<string> Names, StoreAccess Access)
{
    /// <summary>Everything.</summary>
    public static StoreGrant Everything { get; } = new(["*"], StoreAccess.All);

    /// <summary>Whether it is for every index there is or will be.</summary>
    public bool IsForAll => Names.Contains("*");

    public bool Covers(string index) => Names.Any(pattern => SimplePattern.Matches(pattern, index));
}
