namespace LogFlow.Processor.Pipeline;

/// <summary>Finds what somebody who made a typing mistake probably meant.</summary>
public static class NearestName
{
    /// <summary>The closest of the known names, or null when none is close.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        var distanceMax = Math.Max(1, name.Length / 3);
        foreach (var candidate in known.Order(StringComparer.Ordinal))
        {
            var distance = Distance(name, candidate);
            if (distance <= distanceMax)
            {
                distanceMax = distance - 1;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /// <summary>A sentence that names the closest known name, or all when there are few.</summary>
    public static string? Remedy(string name, IReadOnlyCollection<string> known)
    {
        if (name.Length > 0 && Find(name, known) is { } nearest)
        {
            return $"did you mean '{nearest}'?";
        }
        return known.Count is > 0 and <= 40 ? $"known: {string.Join(", ", known.Order(StringComparer.Ordinal))}" : null;
    }

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            cost[i, 0] = i;
        }
        for (var j = 0; j <= b.Length; j++)
        {
            cost[0, j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                var best = Math.Min(cost[i - 1, j] + 1, cost[i, j - 1] + 1);
                best = Math.Min(best, cost[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    best = Math.Min(best, cost[i - 2, j - 2] + 1);
                }
                cost[i, j] = best;
            }
        }
        return cost[a.Length, b.Length];
    }
}
