using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// The dead letters of a process as its console shows them. One that cannot be reached throws a
/// <see cref="PipelineException"/>.
/// </summary>
public interface IDeadLetterBox
{
    /// <summary>
    /// What there is, gathered by topic, stage, plugin and reason: <c>groups</c> (with <c>count</c>, <c>first</c> and
    /// <c>last</c> time), and <c>isPartial</c> where there is more than is looked at.
    /// </summary>
    Task<JsonObject> ListAsync(CancellationToken cancellationToken);

    /// <summary>The newest <paramref name="count"/> letters of a choice, whole: <c>letters</c>.</summary>
    Task<JsonObject> ReadAsync(DeadLetterChoice choice, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Puts records back into their topics, with the identity that they had, so that an output which has one does not
    /// take it twice: <c>done</c>, <c>left</c>, and <c>notes</c> with why. The letters stay.
    /// </summary>
    Task<JsonObject> ReplayAsync(DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken);

    /// <summary>Takes letters away, for good: <c>done</c>, and <c>left</c> for those that stay.</summary>
    Task<JsonObject> PurgeAsync(DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken);
}
