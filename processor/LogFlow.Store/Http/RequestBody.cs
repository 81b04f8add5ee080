using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// A request's body in memory, decompressed, in a pooled buffer that <see cref="Dispose"/> gives back.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly BodyBudget _budget;
    private byte[] _buffer;
    private int _reserved;

    private RequestBody(BodyBudget budget)
    {
        _budget = budget;
        _buffer = [];
    }

    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <exception cref="QueryException">413: longer than allowed; 429: too many large bodies at once.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, int lengthMax, BodyBudget budget)
    {
        var body = new RequestBody(budget);
        try
        {
            await body.FillAsync(request, lengthMax);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _budget.Release(_reserved);
        _reserved = 0;
    }

    private async Task FillAsync(HttpRequest request, int lengthMax)
    {
        if (request.ContentLength > lengthMax)
        {
            throw TooLong(lengthMax);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        var stream = encoding switch
        {
            "" or "identity" => request.Body,
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
            _ => throw new QueryException(
                "illegal_argument_exception", $"Content-Encoding [{encoding}] is not supported: gzip is", 415),
        };
        var length = 0;
        Grow((int)Math.Clamp(request.ContentLength ?? 0, 4096, lengthMax) + 1);
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(_buffer.AsMemory(length), request.HttpContext.RequestAborted);
            }
            catch (InvalidDataException error)
            {
                throw new QueryException("parse_exception", $"the gzip body is damaged: {error.Message}");
            }

            if (read == 0)
            {
                break;
            }

            length += read;
            if (length > lengthMax)
            {
                throw TooLong(lengthMax);
            }

            if (length == _buffer.Length)
            {
                Grow((int)Math.Min((long)length * 2, lengthMax + 1L), length);
            }
        }

        Data = _buffer.AsMemory(0, length);
    }

    private void Grow(int size, int keep = 0)
    {
        if (!_budget.TryTake(size - _reserved))
        {
            throw new QueryException("es_rejected_execution_exception",
                "the bodies of the requests under way exceed the store's memory for them: try again", 429);
        }

        _reserved = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        if (_buffer.Length > 0)
        {
            _buffer.AsSpan(0, keep).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    private static QueryException TooLong(int lengthMax) => new("content_too_long_exception",
        $"the request body is longer than http.max_content_length, {lengthMax} bytes (decompressed)", 413);
}

/// <summary>Bytes that all request bodies under way may take together.</summary>
internal sealed class BodyBudget(long bytesMax)
{
    private long _taken;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Release(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
