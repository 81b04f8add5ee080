namespace LogFlow.Appliance;

/// <summary>What became of the letters that were asked for.</summary>
/// <param name="Done">Put back, or taken away; in a dry run: would be.</param>
/// <param name="Left">Not put back; of a purge: kept.</param>
internal readonly record struct DlqOutcome(long Done, long Left);
