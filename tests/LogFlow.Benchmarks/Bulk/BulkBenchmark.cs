using System.Globalization;
using System.Net;
using System.Text;
using Elastic.Transport;
using Elastic.Transport.Products;
using LogFlow.Bulk;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- bulk [ROUNDS]</c>: CPU time and allocated bytes a
/// document of sending bulk requests, in turn in one process: bare HTTP, our connection (Elastic.Transport with our
/// bytes
/// put in below it), and Elastic.Transport as it comes. The sink's share is the same for all.
/// </summary>
internal static class BulkBenchmark
{
    private const int DocumentBytes = 800;

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 60;
        Console.WriteLine($"{"",-12}{"documents",10}{"us/doc (best)",15}{"(median)",10}{"of bare",9}{"bytes/doc",11}");
        foreach (var documents in (int[])[125, 2000])
        {
            await MeasureAsync(documents, rounds);
        }

        return 0;
    }

    private static async Task MeasureAsync(int documents, int rounds)
    {
        await using var sink = new BulkSink(documents);
        using var request = MakeRequest(documents);
        var items = Enumerable.Range(0, documents).Select(index => new BulkItemRef(request, index)).ToArray();
        await using var connection = new ElasticsearchConnection(
            new ElasticsearchOptions { Hosts = [sink.Url], CompressionLevel = 0 });
        using var bare = new HttpMessageInvoker(
            new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });
        using var settings = new TransportConfigurationDescriptor(
            new SingleNodePool(sink.Url), productRegistration: DefaultProductRegistration.Default)
            .EnableHttpCompression(false);
        var transport = new DistributedTransport<TransportConfigurationDescriptor>(settings);
        (string Name, Func<Task> Send)[] ways =
        [
            ("bare", () => SendBareAsync(bare, sink.Url, items)),
            ("ours", () => SendOursAsync(connection, items)),
            ("as it comes", () => SendPlainAsync(transport, items)),
        ];

        var requests = 100_000 / documents;
        var micros = ways.Select(_ => new double[rounds]).ToArray();
        var bytes = new long[ways.Length];
        for (var round = -2; round < rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                // Not always in the same order.
                var turn = (way + Math.Max(0, round)) % ways.Length;
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var cpu = Environment.CpuUsage.TotalTime;
                for (var n = 0; n < requests; n++)
                {
                    await ways[turn].Send();
                }

                if (round >= 0)
                {
                    micros[turn][round] =
                        (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / ((double)requests * documents);
                    bytes[turn] += GC.GetTotalAllocatedBytes(precise: true) - allocated;
                }
            }
        }

        Print(ways, documents, micros, bytes, (double)requests * documents * rounds);
    }

    private static void Print(
        (string Name, Func<Task> Send)[] ways, int documents, double[][] micros, long[] bytes, double sent)
    {
        for (var way = 0; way < ways.Length; way++)
        {
            // The best of many short rounds: on a machine that does other work as well, the rest is its noise.
            var best = micros[way].Min();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ways[way].Name,-12}{documents,10}{best,15:0.000}"
                + $"{micros[way].Order().ElementAt(micros[way].Length / 2),10:0.000}"
                + $"{best / micros[0].Min(),9:0.00}{bytes[way] / sent,11:0.0}"));
        }
    }

    private static async Task SendBareAsync(HttpMessageInvoker http, Uri url, BulkItemRef[] items)
    {
        using var message = new HttpRequestMessage(System.Net.Http.HttpMethod.Post, new Uri(url, "_bulk"));
        message.Content = new BulkContent(items, gzip: null);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var response = await http.SendAsync(message, deadline.Token);
        var (body, length) = await AnswerReader.ReadAsync(response.Content, 256 << 20, deadline.Token);
        using (body)
        {
            Check(body.Value.Span[..length], items.Length);
        }
    }

    private static async Task SendOursAsync(ElasticsearchConnection connection, BulkItemRef[] items)
    {
        using var response = await connection.SendBulkAsync("/_bulk", items, null, default);
        Check(response.Body.Span, items.Length);
    }

    private static async Task SendPlainAsync(ITransport transport, BulkItemRef[] items)
    {
        using var content = new BulkContent(items, gzip: null);
        var body = PostData.StreamHandler(
            content,
            static (_, _) => throw new NotSupportedException(),
            static (content, stream, token) => content.CopyToAsync(stream, token));
        var response = await transport.RequestAsync<BytesResponse>(
            new EndpointPath(HttpMethod.POST, "_bulk"), body, null, null, default);
        Check(response.Body, items.Length);
    }

    private static void Check(ReadOnlySpan<byte> body, int count)
    {
        var results = new BulkItemResult[count];
        if (!BulkResponseReader.TryRead(body, results))
        {
            throw new InvalidDataException("the sink's answer is not what it should be");
        }
    }

    private static Lease<BulkRequest> MakeRequest(int documents)
    {
        var lease = BulkRequest.Rent();
        for (var n = 0; n < documents; n++)
        {
            lease.Value.BeginItem(BulkAction.Create, "logs-generic-default"u8, Encoding.UTF8.GetBytes($"id-{n:D10}"));
            var source = Encoding.UTF8.GetBytes($"{{\"n\":{n},\"t\":\"{new string('x', DocumentBytes)}\"}}");
            source.CopyTo(lease.Value.GetSpan(source.Length));
            lease.Value.Advance(source.Length);
            lease.Value.EndItem(n);
        }

        return lease;
    }
}
