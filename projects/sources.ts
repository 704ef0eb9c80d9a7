/** Datasets that anybody may import by name, with whom to thank, under which licence, and what their bytes must be. */

/**
 * A table that `regimen datasets import source:NAME` fetches. A checksum is `confirmed` where the file itself was at hand
 * when this table was written, `reported` where several independent copies of the file agree on it. Either way other
 * bytes are refused. A source without one is pinned by its first download, in the environment's table.
 */
export interface Source {
  readonly title: string
  readonly description: string
  readonly url: string
  /** Of what the URL gives. */
  readonly sha256?: string
  readonly checksum: 'confirmed' | 'reported' | 'first use'
  readonly members?: readonly { readonly path: string; readonly sha256?: string }[]
  /** The files come without a header line: this one is put before each. */
  readonly header?: string
  readonly attribution: string
  readonly licence: string
  readonly homepage: string
}

export const sources: Readonly<Record<string, Source>> = {
  'uci-diabetes-130': {
    title: 'Diabetes 130-US Hospitals for Years 1999-2008',
    description: 'Hospital encounters of diabetic patients: 101,766 rows, 50 columns',
    url: 'https://archive.ics.uci.edu/static/public/296/diabetes+130-us+hospitals+for+years+1999-2008.zip',
    sha256: 'f82ac129da2ddd2299391ff6fbae3a6a58b3edcf59ac9d7bd480c00fe453112a',
    checksum: 'confirmed',
    members: [
      {
        path: 'diabetic_data.csv',
        sha256: '0689e7ec031237dc63031b938805c48377748761a3b26acab621567afa24df97',
      },
    ],
    attribution:
      'Clore, J., Cios, K., DeShazo, J., Strack, B. (2014). Diabetes 130-US Hospitals for Years 1999-2008. UCI Machine Learning Repository. https://doi.org/10.24432/C5230J',
    licence: 'CC BY 4.0',
    homepage: 'https://archive.ics.uci.edu/dataset/296',
  },
  'uci-bike-sharing': {
    title: 'Bike Sharing',
    description: 'Hourly bicycle rentals with weather and holidays: 17,379 rows, 17 columns',
    url: 'https://archive.ics.uci.edu/static/public/275/bike+sharing+dataset.zip',
    sha256: 'b70182d0d0508e9abbb79306ce5c0cec34869000f8220175ac83d11dbe845401',
    checksum: 'reported',
    members: [
      { path: 'hour.csv', sha256: 'e03de4ee4ef4dc376ac6e04bf829673c6269e8eba5c60fa121640fa2f829504f' },
    ],
    attribution:
      'Fanaee-T, H. (2013). Bike Sharing. UCI Machine Learning Repository. https://doi.org/10.24432/C5W894',
    licence: 'CC BY 4.0',
    homepage: 'https://archive.ics.uci.edu/dataset/275',
  },
  'uci-sentiment': {
    title: 'Sentiment Labelled Sentences',
    description:
      'Sentences of three review sites, each 1 (positive) or 0: 3 files of 1,000 rows, tab-separated',
    url: 'https://archive.ics.uci.edu/static/public/331/sentiment+labelled+sentences.zip',
    sha256: 'afc26626d710899948693e1a61405dce197f57ffa719fa1130d346b4cc095343',
    checksum: 'reported',
    members: [
      { path: 'sentiment labelled sentences/amazon_cells_labelled.txt' },
      { path: 'sentiment labelled sentences/imdb_labelled.txt' },
      { path: 'sentiment labelled sentences/yelp_labelled.txt' },
    ],
    header: 'sentence\tsentiment',
    attribution:
      'Kotzias, D. (2015). Sentiment Labelled Sentences. UCI Machine Learning Repository. https://doi.org/10.24432/C57604',
    licence: 'CC BY 4.0',
    homepage: 'https://archive.ics.uci.edu/dataset/331',
  },
}

/**
 * Entries of the AWS Registry of Open Data whose files are tables, as the registry describes them
 * (github.com/awslabs/open-data-registry). Each is a public bucket of many files: choose one, and import its URL,
 * `https://<bucket>.s3.<region>.amazonaws.com/<key>`, which is pinned by its first download.
 */
export interface OpenData {
  readonly title: string
  readonly bucket: string
  readonly region: string
  readonly managedBy: string
  readonly licence: string
  readonly homepage: string
}

export const openData: Readonly<Record<string, OpenData>> = {
  'noaa-ghcn': {
    title: 'NOAA Global Historical Climatology Network Daily',
    bucket: 'noaa-ghcn-pds',
    region: 'us-east-1',
    managedBy: 'NOAA',
    licence: 'CC0 1.0',
    homepage: 'https://registry.opendata.aws/noaa-ghcn/',
  },
  'noaa-gsod': {
    title: 'NOAA Global Surface Summary of Day',
    bucket: 'noaa-gsod-pds',
    region: 'us-east-1',
    managedBy: 'NOAA',
    licence: 'open data, no restrictions',
    homepage: 'https://registry.opendata.aws/noaa-gsod/',
  },
  openaq: {
    title: 'OpenAQ: air quality from public sources',
    bucket: 'openaq-fetches',
    region: 'us-east-1',
    managedBy: 'OpenAQ',
    licence: 'CC BY 4.0',
    homepage: 'https://registry.opendata.aws/openaq/',
  },
  '1000-genomes': {
    title: '1000 Genomes',
    bucket: '1000genomes',
    region: 'us-east-1',
    managedBy: 'National Institutes of Health',
    licence: 'without embargo; to be cited as its authors ask',
    homepage: 'https://registry.opendata.aws/1000-genomes/',
  },
  'allenai-arc': {
    title: 'AI2 Reasoning Challenge (ARC) 2018',
    bucket: 'ai2-public-datasets',
    region: 'us-west-2',
    managedBy: 'Allen Institute for AI',
    licence: 'CC BY-SA 4.0',
    homepage: 'https://registry.opendata.aws/allenai-arc/',
  },
}
