namespace LogFlow.Processor;

/// <summary>What one output is to write of one batch, encoded by a worker.</summary>
internal abstract class OutputPart : IDisposable
{
    /// <summary>Number of documents or lines.</summary>
    public abstract int Count { get; }

    /// <summary>Encoded bytes.</summary>
    public abstract int SizeInBytes { get; }

    /// <summary>Takes back a document or line that could not be written to its end.</summary>
    public abstract void Abandon();

    public abstract void Dispose();
}
