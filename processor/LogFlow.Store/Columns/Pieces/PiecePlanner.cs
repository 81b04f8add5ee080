namespace LogFlow.Store;

/// <summary>
/// Which texts of a block are put together from values of its other columns, and how. A column that others are put
/// together from stands for itself, so nothing is more than one step away.
/// </summary>
internal static class PiecePlanner
{
    /// <summary>More columns are not looked at.</summary>
    public const int SourceCountMax = 64;

    /// <summary>Of the longest texts: where many are long, looking for pieces must not hold up a bulk.</summary>
    private const int TargetCountMax = 8;

    private const int RowCountMin = 32;
    private const int AverageLengthMin = 48;

    /// <summary>The plan by column name; a column that is not in it stands for itself.</summary>
    public static Dictionary<string, PiecePlan> Plan(IReadOnlyList<ColumnSlice> columns, int rowCount)
    {
        var plans = new Dictionary<string, PiecePlan>(StringComparer.Ordinal);
        if (rowCount < RowCountMin)
        {
            return plans;
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in columns.Where(IsTarget).OrderByDescending(AverageLength).Take(TargetCountMax))
        {
            if (used.Contains(target.Name))
            {
                continue;
            }

            var sources = SourcesOf(target, columns, rowCount, plans);
            if (PiecePlan.TryMake(target, sources) is { } plan)
            {
                plans.Add(target.Name, plan);
                used.UnionWith(plan.Sources.Select(static source => source.Name));
            }
        }

        return plans;
    }

    private static bool IsTarget(ColumnSlice column) =>
        column is { Kind: StoredKind.String, IsDictionary: false } && column.Count >= RowCountMin
        && !FieldNames.IsInternal(column.Name) && AverageLength(column) >= AverageLengthMin;

    private static int AverageLength(ColumnSlice column) => column.PlainTexts.Length / column.Count;

    /// <summary>A column about as long as the target is no source of it: both are made of the others.</summary>
    private static PieceSource[] SourcesOf(ColumnSlice target, IReadOnlyList<ColumnSlice> columns, int rowCount,
        Dictionary<string, PiecePlan> plans)
    {
        var longest = target.PlainTexts.Length * 3L / 4;
        var sources = new List<PieceSource>();
        foreach (var column in columns)
        {
            if (sources.Count < SourceCountMax && column.Name != target.Name && !plans.ContainsKey(column.Name)
                && PieceSource.IsSource(column, rowCount)
                && (column.Kind == StoredKind.Int64 || column.IsDictionary || column.PlainTexts.Length < longest))
            {
                sources.Add(new PieceSource(column, rowCount));
            }
        }

        return [.. sources];
    }
}
