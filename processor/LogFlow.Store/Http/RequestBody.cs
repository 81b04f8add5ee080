using System.IO.Compression;
using LogFlow.Platform;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// A request's body in memory, decompressed: read when first asked for, given back by <see cref="Dispose"/>.
/// </summary>
internal sealed class RequestBody(HttpContext context, BodyReader reader, ByteBudget budget) : IDisposable
{
    private const int FirstBytes = 4096;

    private ByteClaim? _claim;
    private Lease<LeasedBytes>? _buffer;
    private int _length;

    /// <summary>The whole body; empty where there is none.</summary>
    /// <exception cref="QueryException">413: longer than allowed; 429: no memory for it in time; 406, 415: not of a kind
    /// that is read.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (_buffer is null && HasBody(context.Request))
        {
            await FillAsync();
        }

        return _buffer is null ? default : _buffer.Value.Memory[.._length];
    }

    public void Dispose()
    {
        _buffer?.Dispose();
        _claim?.Dispose();
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength > 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    private async Task FillAsync()
    {
        var request = context.Request;
        if (request.ContentLength > reader.LengthMax)
        {
            throw TooLong();
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        var isPlain = encoding is "" or "identity";
        if (!isPlain && encoding != "gzip")
        {
            throw new QueryException(
                "illegal_argument_exception", $"Content-Encoding [{encoding}] is not supported: gzip is", 415);
        }

        // One byte more than allowed tells a body that is too long from one that just fits.
        var announced = isPlain && request.ContentLength is { } length ? length + 1 : reader.LengthMax + 1L;
        var holder = new ByteHolder(
            $"the request from {context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}", context.Abort);
        _claim = budget.Open(announced, holder);
        if (isPlain)
        {
            await CopyAsync(request.Body, (int)announced);
            return;
        }

        await using var gzip = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        await CopyAsync(gzip, (int)announced);
    }

    private async Task CopyAsync(Stream stream, int announced)
    {
        await GrowAsync(Math.Min(FirstBytes, announced));
        while (true)
        {
            var buffer = _buffer!.Value.Memory;
            int read;
            try
            {
                read = await stream.ReadAsync(buffer[_length..], context.RequestAborted);
            }
            catch (InvalidDataException error)
            {
                throw new QueryException("parse_exception", $"the gzip body is damaged: {error.Message}");
            }

            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length > reader.LengthMax)
            {
                throw TooLong();
            }

            if (_length == buffer.Length)
            {
                await GrowAsync((int)Math.Min(buffer.Length * 2L, announced));
            }
        }
    }

    /// <summary>A larger buffer, after its bytes are granted.</summary>
    private async Task GrowAsync(int size)
    {
        using var patience = new CancellationTokenSource(BodyReader.WaitMax, reader.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            await _claim!.GrowAsync(size - _claim.Granted, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new QueryException("es_rejected_execution_exception",
                "the bodies of the requests under way exceed the store's memory for them: try again", 429);
        }

        var larger = reader.Pool.Rent(size);
        if (_buffer is not null)
        {
            _buffer.Value.Span[.._length].CopyTo(larger.Value.Span);
            _buffer.Dispose();
        }

        _buffer = larger;
    }

    private QueryException TooLong() => new("content_too_long_exception",
        $"the request body is longer than http.max_content_length, {reader.LengthMax} bytes (decompressed)", 413);
}
