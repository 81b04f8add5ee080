namespace LogFlow.Appliance;

/// <summary>What one evaluation has found.</summary>
/// <param name="From">The oldest time that counts.</param>
/// <param name="To">The time before which lines count.</param>
/// <param name="Count">How many lines there are between.</param>
/// <param name="Lines">The newest of them, each with its time; cut where they are long.</param>
internal sealed record AlertCount(DateTimeOffset From, DateTimeOffset To, long Count, IReadOnlyList<string> Lines);
