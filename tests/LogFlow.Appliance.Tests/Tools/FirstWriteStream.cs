namespace LogFlow.Appliance.Tests;

/// <summary>Memory that tells when something is first written to it.</summary>
internal sealed class FirstWriteStream : MemoryStream
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstWrite => _written.Task;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        if (buffer.Length > 0)
        {
            _written.TrySetResult();
        }

        return ValueTask.CompletedTask;
    }
}
