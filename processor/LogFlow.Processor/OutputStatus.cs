namespace LogFlow.Processor;

/// <summary>A snapshot of one output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Failures">Writes that failed and were tried again, since the start.</param>
/// <param name="LastError">The last failure in words; null: there was none.</param>
/// <param name="WaitingSince">Since when nothing could be written; null: it works.</param>
public sealed record OutputStatus(string Name, long Failures, string? LastError, DateTimeOffset? WaitingSince);
