using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>Reads the whole body of an answer into leased memory, up to a limit.</summary>
internal static class AnswerReader
{
    private const int FirstBytes = 16 * 1024;

    /// <exception cref="InvalidDataException">The body is longer than the limit.</exception>
    /// <exception cref="IOException">The body ended before its end.</exception>
    public static async Task<(Lease<LeasedBytes> Body, int Length)> ReadAsync(
        HttpContent content, int bytesMax, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength is { } announced && announced > bytesMax)
        {
            throw new InvalidDataException($"the answer announces {announced} bytes, more than {bytesMax}");
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = BulkMemory.Pool.Rent((int)(content.Headers.ContentLength ?? FirstBytes) + 1);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(body.Value.Memory[length..], cancellationToken);
                if (read == 0)
                {
                    return (body, length);
                }

                length += read;
                if (length > bytesMax)
                {
                    throw new InvalidDataException($"the answer exceeds {bytesMax} bytes");
                }

                if (length == body.Value.Length)
                {
                    var larger = BulkMemory.Pool.Rent((int)Math.Min(bytesMax + 1L, length * 2L));
                    body.Value.Span.CopyTo(larger.Value.Span);
                    body.Dispose();
                    body = larger;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}
