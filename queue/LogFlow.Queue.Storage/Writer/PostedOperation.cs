namespace LogFlow.Queue.Storage;

/// <summary>
/// Runs something on the writer thread that nobody waits for. What it does not handle ends the writer, and with it the
/// log's owner: nothing fails here in silence.
/// </summary>
internal sealed class PostedOperation(Action command) : WriteOperation
{
    public override void Stage(LogWriter writer)
    {
    }

    public override void Complete() => command();

    public override void Abandon()
    {
        // The log is closed: the next start finds what was to be done.
    }
}
