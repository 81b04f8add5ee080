namespace LogFlow.Hosting;

/// <summary>An entry of the log at level Error or above.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Part">Whose it is: "queue", "agent".</param>
/// <param name="Text">The sentence, safe to print.</param>
public sealed record LoggedError(DateTimeOffset Time, string Part, string Text);
