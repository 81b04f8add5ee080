namespace LogFlow.Store;

/// <summary>
/// All of <paramref name="must"/>, none of <paramref name="mustNot"/>, enough of <paramref name="should"/>.
/// </summary>
internal sealed class BoolQuery(
    IReadOnlyList<QueryNode> must, IReadOnlyList<QueryNode> should, IReadOnlyList<QueryNode> mustNot,
    int minimumShouldMatch)
    : QueryNode
{
    public static QueryNode Or(IReadOnlyList<QueryNode> nodes) => nodes.Count switch
    {
        0 => MatchNoneQuery.Instance,
        1 => nodes[0],
        _ => new BoolQuery([], nodes, [], 1),
    };

    public static QueryNode And(IReadOnlyList<QueryNode> nodes) => nodes.Count switch
    {
        0 => MatchAllQuery.Instance,
        1 => nodes[0],
        _ => new BoolQuery(nodes, [], [], 0),
    };

    public override bool MayMatch(BlockSource block)
    {
        foreach (var node in must)
        {
            if (!node.MayMatch(block))
            {
                return false;
            }
        }

        foreach (var node in mustNot)
        {
            if (node.MatchesAll(block))
            {
                return false;
            }
        }

        if (minimumShouldMatch <= 0)
        {
            return true;
        }

        var possible = 0;
        foreach (var node in should)
        {
            possible += node.MayMatch(block) ? 1 : 0;
        }

        return possible >= minimumShouldMatch;
    }

    public override bool MatchesAll(BlockSource block)
    {
        foreach (var node in must)
        {
            if (!node.MatchesAll(block))
            {
                return false;
            }
        }

        foreach (var node in mustNot)
        {
            if (node.MayMatch(block))
            {
                return false;
            }
        }

        return minimumShouldMatch <= 0;
    }

    public override int? TryCount(BlockSource block)
    {
        if (base.TryCount(block) is { } known)
        {
            return known;
        }

        var isNegation = must.Count == 0 && mustNot.Count == 1 && minimumShouldMatch <= 0;
        return isNegation && mustNot[0].TryCount(block) is { } others ? block.Summary.RowCount - others : null;
    }

    public override void AddAsked(List<(string Field, ValuePredicate Predicate)> asked)
    {
        foreach (var node in must.Concat(should))
        {
            node.AddAsked(asked);
        }
    }

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        hits.AddAll();
        foreach (var node in must)
        {
            if (node.MatchesAll(scan.Source))
            {
                continue;
            }

            hits.IntersectWith(Rows(node, scan));
            if (hits.IsEmpty)
            {
                return;
            }
        }

        foreach (var node in mustNot)
        {
            hits.Subtract(Rows(node, scan));
        }

        if (minimumShouldMatch > 0 && !hits.IsEmpty)
        {
            hits.IntersectWith(EvaluateShould(scan));
        }
    }

    private static RowSet Rows(QueryNode node, BlockScan scan)
    {
        var rows = new RowSet(scan.RowCount);
        if (node.MayMatch(scan.Source))
        {
            node.Evaluate(scan, rows);
        }

        return rows;
    }

    private RowSet EvaluateShould(BlockScan scan)
    {
        if (minimumShouldMatch == 1)
        {
            var any = new RowSet(scan.RowCount);
            foreach (var node in should)
            {
                any.UnionWith(Rows(node, scan));
            }

            return any;
        }

        var counts = new int[scan.RowCount];
        var rows = new int[scan.RowCount];
        foreach (var node in should)
        {
            var count = Rows(node, scan).CopyTo(rows);
            foreach (var row in rows.AsSpan(0, count))
            {
                counts[row]++;
            }
        }

        var result = new RowSet(scan.RowCount);
        for (var row = 0; row < counts.Length; row++)
        {
            if (counts[row] >= minimumShouldMatch)
            {
                result.Add(row);
            }
        }

        return result;
    }
}
