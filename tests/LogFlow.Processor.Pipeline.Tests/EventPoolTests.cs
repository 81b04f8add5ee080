using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>Maps that are used again: nothing of an event may be seen in the next.</summary>
public class EventPoolTests
{
    private const string Pipeline = """
        input { any { codec => json } }
        filter {
          grok { match => { "message" => "(?<[a][b]>\w+) (?<[a][c][d]>\w+)?" } }
          if [more] {
            mutate {
              add_field => { "[@metadata][x]" => "%{[more][y]}" "[z][w]" => "1" }
              remove_field => [ "[log][file]" ]
            }
          }
          if [@metadata][x] { mutate { add_field => { "seen" => "%{[@metadata][x]}" } } }
          if [many] { split { field => "many" } clone { clones => [ "copy" ] } }
        }
        """;

    [Fact]
    public void Batch_UsedAgain_GivesWhatANewOneGives()
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", Pipeline)], new PipelineOptions(),
            PluginRegistry.CreateDefault().Add(new PluginSpec(PluginKind.Input, "any")));
        var codec = pipeline.CreateCodec(pipeline.Inputs[0], "plain");
        var worker = pipeline.CreateWorker();
        var reused = new PipelineBatch();
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            List<byte[]> records = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => RandomRecord(random))];

            Assert.Equal(Run(codec, worker, records, new PipelineBatch()), Run(codec, worker, records, reused));

            reused.Clear();
        }
    }

    private static List<string> Run(
        ICodec codec, PipelineWorker worker, List<byte[]> records, PipelineBatch batch)
    {
        foreach (var record in records)
        {
            codec.Decode(record, new EventTimestamp(0), batch);
        }
        worker.Filter(batch);
        return [.. batch.Events.Select(item => item.ToString())];
    }

    private static byte[] RandomRecord(Random random)
    {
        string[] parts =
        [
            "\"message\":\"one two\"", "\"message\":\"three\"", "\"more\":{\"y\":\"v\",\"n\":{\"m\":1}}",
            "\"log\":{\"file\":{\"path\":\"/x\"},\"offset\":1}", "\"many\":[1,{\"k\":2}]", "\"a\":{\"e\":true}",
            "\"list\":[{\"p\":{}}]", string.Join(',', Enumerable.Range(0, 70).Select(i => $"\"f{i}\":{{\"v\":{i}}}")),
        ];
        var text = random.Next(15) == 0
            ? "no json"
            : "{" + string.Join(',', parts.Where(_ => random.Next(2) == 0)) + "}";
        return Encoding.UTF8.GetBytes(text);
    }
}
