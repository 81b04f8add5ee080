namespace LogFlow.Store;

/// <summary>Dates between two milliseconds, both included.</summary>
internal sealed class DateRangePredicate(long fromMs, long toMs) : ValuePredicate
{
    public override bool MatchDate(long ms) => ms >= fromMs && ms <= toMs;

    public override bool MayMatchBetween(double min, double max) => max >= fromMs && min <= toMs && fromMs <= toMs;

    public override bool MatchesAllBetween(double min, double max) => min >= fromMs && max <= toMs;
}
