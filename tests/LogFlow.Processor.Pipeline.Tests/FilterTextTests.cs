namespace LogFlow.Processor.Pipeline.Tests;

public class FilterTextTests
{
    [Fact]
    public void Of_OneFile_HasItsFiltersAtTheirPlacesAndNothingOfTheOutput()
    {
        var pipeline = Load(
            """
            # what for
            filter { mutate { } }
            output {
              one { }
            }
            filter { drop { } }
            """);

        Assert.Equal("# what for\nfilter { mutate { } }\n\n\n\nfilter { drop { } }", FilterText.Of(pipeline, null));
    }

    [Fact]
    public void Of_SeveralFiles_NamesThem() => Assert.Equal(
        "# 0.conf\nfilter { mutate { } }\n# 2.conf\nfilter { drop { } }",
        FilterText.Of(Load("filter { mutate { } }", "output { one { } }", "filter { drop { } }"), null));

    [Fact]
    public void Of_SecretOptions_AreMasked()
    {
        var text = FilterText.Of(
            Load("""filter { fingerprint { source => "a" method => "SHA256" key => "s3cret" } }"""), "****");

        Assert.Equal("""filter { fingerprint { source => "a" method => "SHA256" key => "****" } }""", text);
    }

    [Fact]
    public void Check_OtherSections_AreMistakesAtTheirPlaces()
    {
        var error = Assert.Throws<PipelineSyntaxException>(
            () => FilterText.Check(new PipelineSource("x", "filter { }\noutput { one { } }")));

        Assert.Equal(2, Assert.Single(error.Diagnostics).Span.Line);
    }

    private static CompiledPipeline Load(params string[] texts) => CompiledPipeline.Load(
        texts.Select((text, index) => new PipelineSource($"{index}.conf", text)),
        new PipelineOptions(),
        PluginRegistry.CreateDefault().Add(new PluginSpec(PluginKind.Output, "one")));
}
