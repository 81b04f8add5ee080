using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace LogFlow.Bulk;

/// <summary>The body of a bulk request: its lines are written as it is sent, gzip on demand.</summary>
public abstract class BulkBody : HttpContent
{
    private readonly CompressionLevel? _gzip;

    /// <param name="gzip">null: as it is.</param>
    protected BulkBody(CompressionLevel? gzip)
    {
        _gzip = gzip;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        if (gzip is not null)
        {
            Headers.ContentEncoding.Add("gzip");
        }
    }

    /// <summary>Its size before compression, in bytes.</summary>
    protected abstract long Length { get; }

    /// <summary>Writes the lines.</summary>
    protected abstract Task WriteAsync(Stream stream, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected sealed override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_gzip is not { } level)
        {
            await WriteAsync(stream, cancellationToken);
            return;
        }

        await using var gzip = new GZipStream(stream, level, leaveOpen: true);
        await WriteAsync(gzip, cancellationToken);
    }

    /// <inheritdoc/>
    protected sealed override bool TryComputeLength(out long length)
    {
        length = Length;
        return _gzip is null;
    }
}
