namespace LogFlow.Platform;

/// <summary>Finds the name that a typo most likely meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate within a third of the name's length in edits (insert, delete, replace, swap neighbours); null
    /// where none is that near.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var best = (Name: (string?)null, Distance: Math.Max(1, name.Length / 3) + 1);
        foreach (var candidate in candidates.Order(StringComparer.Ordinal))
        {
            var distance = Distance(name, candidate);
            if (distance < best.Distance)
            {
                best = (candidate, distance);
            }
        }

        return best.Name;
    }

    /// <summary>A sentence that names the nearest candidate, or all of them when they are few.</summary>
    public static string? Remedy(string name, IReadOnlyCollection<string> candidates)
    {
        if (name.Length > 0 && Find(name, candidates) is { } nearest)
        {
            return $"did you mean '{nearest}'?";
        }

        return candidates.Count is > 0 and <= 40
            ? $"known: {string.Join(", ", candidates.Order(StringComparer.Ordinal))}"
            : null;
    }

    /// <summary>Optimal string alignment distance, without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                rows[i, j] = Math.Min(
                    Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
